import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';

import cdk from '../../cdk.json' with { type: 'json' };
import { JoulebookStack } from './stack.ts';

/** The deployable app: one stack, checked against the AWS Solutions rules whenever it is synthesised. */
export class JoulebookApp extends App {
  readonly stack: JoulebookStack;

  constructor(context: Readonly<Record<string, unknown>> = {}) {
    super({ context });
    this.stack = new JoulebookStack(this, 'Joulebook', {
      description: 'The books of what AI costs in energy, carbon and money',
    });
    Validations.of(this).addPlugins(new AwsSolutionsChecks(this));
  }
}

/** The app as `cdk synth` makes it, but in a second: no function is bundled, so it can be looked at and not deployed. */
export function sketchOfApp(context: Readonly<Record<string, unknown>> = {}): JoulebookApp {
  return new JoulebookApp({ ...cdk.context, 'aws:cdk:bundling-stacks': [], ...context });
}
