import { Duration, Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { type IChainable, JsonPath, TaskInput } from 'aws-cdk-lib/aws-stepfunctions';
import { LambdaInvoke } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { Construct } from 'constructs';

import type * as Distribute from '../../lambdas/distribute/handler.ts';
import type { Book } from './book.ts';
import { CoreFunction } from './core-function.ts';
import type { MailChoices } from './notification-choices.ts';
import { againWhenBusy } from './steps.ts';

interface DistributionProps {
  readonly book: Book;
  readonly mail: MailChoices;
}

/** Sends the disclosure to the list of the settings. What it is handed is the answer of the whole run. */
export class Distribution extends Construct {
  readonly step: IChainable;

  constructor(scope: Construct, id: string, { book, mail }: DistributionProps) {
    super(scope, id);

    const distribute = new CoreFunction<Distribute.Setting>(this, 'DistributeFunction', {
      lambda: 'distribute',
      environment: book.environment,
      memoryMib: 1024,
      diskGib: 1,
    });
    book.open(distribute.ownRole, { reads: ['disclosures'], writes: ['distribution'] });
    if (mail) distribute.ownRole.addToPolicy(mayMailFrom(this, mail.from));
    const one = LambdaInvoke.jsonPath(this, 'Distribute', {
      lambdaFunction: distribute,
      payload: TaskInput.fromJsonPathAt('$'),
      resultPath: JsonPath.DISCARD,
    });
    one.addRetry({ errors: ['LetterRefused'], interval: Duration.minutes(1), maxAttempts: 3, backoffRate: 3 });
    this.step = againWhenBusy(one);
  }
}

/** SES asks for the right on the identity that it verified: the address, or its domain (SES Developer Guide, «identity»). */
function mayMailFrom(scope: Construct, address: string): PolicyStatement {
  const identity = (name: string) =>
    Stack.of(scope).formatArn({ service: 'ses', resource: 'identity', resourceName: name });
  return new PolicyStatement({
    actions: ['ses:SendEmail'],
    resources: [address, address.slice(address.indexOf('@') + 1)].map(identity),
    conditions: { StringEquals: { 'ses:FromAddress': address } },
  });
}
