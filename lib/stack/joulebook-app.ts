import { App, Validations } from 'aws-cdk-lib';
import { ManagedPolicy, PermissionsBoundary } from 'aws-cdk-lib/aws-iam';
import { AwsSolutionsChecks } from 'cdk-nag';

import cdk from '../../cdk.json' with { type: 'json' };
import { deploymentOf, placesRead } from './deployment.ts';
import { ExportsStack } from './exports-stack.ts';
import { JoulebookStack } from './stack.ts';

/** The deployable app: the pipeline, and the exports of AWS where they are asked for; checked against the AWS Solutions rules whenever it is synthesised. */
export class JoulebookApp extends App {
  readonly stack: JoulebookStack;

  constructor(context: Readonly<Record<string, unknown>> = {}) {
    super({ context });
    const deployment = deploymentOf(this);
    const { exports } = deployment;
    this.stack = new JoulebookStack(this, 'Joulebook', {
      description: 'The books of what AI costs in energy, carbon and money',
      deployment: { ...deployment, reads: placesRead(deployment) },
    });
    if (exports) {
      new ExportsStack(this, 'JoulebookExports', {
        description: 'What AWS exports of its bills and emissions',
        env: { region: 'us-east-1' },
        exports,
      });
    }
    if (deployment.permissions_boundary) boundAllRoles(this, deployment.permissions_boundary);
    Validations.of(this).addPlugins(new AwsSolutionsChecks(this));
  }
}

/** The app as `cdk synth` makes it, but in a second: no function is bundled, so it can be looked at and not deployed. */
export function sketchOfApp(context: Readonly<Record<string, unknown>> = {}): JoulebookApp {
  return new JoulebookApp({ ...cdk.context, 'aws:cdk:bundling-stacks': [], ...context });
}

/** Every role of every stack, also those that the CDK makes by itself. */
function boundAllRoles(app: App, policyArn: string): void {
  PermissionsBoundary.of(app).apply(ManagedPolicy.fromManagedPolicyArn(app, 'Boundary', policyArn));
}
