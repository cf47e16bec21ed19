import { CfnElement, Stack, Validations } from 'aws-cdk-lib';
import type { CfnFunction } from 'aws-cdk-lib/aws-lambda';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import type { IConstruct } from 'constructs';

/*
 * Findings of cdk-nag that stand, each for one resource and with its reason. A finding that is not accepted here fails
 * the synthesis.
 */

/** A function reads and writes the objects below a folder: their names are not known when the stack is made. */
export function acceptFolders(role: IConstruct, bucket: Bucket, folders: readonly string[]): void {
  for (const folder of new Set(folders)) {
    accept(
      role,
      `<${logicalId(bucket)}.Arn>/${folder}/*`,
      `The function works on all objects below ${folder}/ and on no others`,
    );
  }
}

/** The same for a place outside the book, such as a bucket of exports. */
export function acceptPlace(role: IConstruct, objects: string): void {
  accept(role, objects, 'The operator named this place as one that the sources read');
}

/** X-Ray and log delivery know no resource of ours. */
export function acceptTelemetry(role: IConstruct): void {
  accept(role, '*', 'X-Ray segments and the set-up of log delivery are granted for no resource in particular');
}

/** The client of Timestream asks where it is to write, and that question knows no table. */
export function acceptTimestream(policy: IConstruct): void {
  accept(policy, '*', 'timestream:DescribeEndpoints is granted for no resource in particular');
}

/** The machine calls each function in whatever version is deployed, and its distributed maps start runs of itself. */
export function acceptMachine(machine: StateMachine, maps: readonly string[], functions: readonly CfnFunction[]): void {
  const name = JSON.stringify({ 'Fn::Select': [6, { 'Fn::Split': [':', { Ref: logicalId(machine) }] }] });
  const runs = `arn:<AWS::Partition>:states:<AWS::Region>:<AWS::AccountId>:execution:${name}`;
  for (const map of maps.length === 0 ? [] : ['', ...maps.map((name) => `/${name}`)]) {
    accept(machine, `${runs}${map}:*`, 'A distributed map starts, watches and resumes runs of its own machine');
  }
  for (const one of functions) {
    accept(machine, `<${Stack.of(one).getLogicalId(one)}.Arn>:*`, 'The machine may call any version of this function');
  }
}

/** The schedules may call the function in whatever version is deployed. */
export function acceptVersions(role: IConstruct, called: IConstruct): void {
  accept(role, `<${logicalId(called)}.Arn>:*`, 'The schedules may call any version of this function');
}

/** A queue of what failed has no queue of its own behind it. */
export function acceptQueue(queue: IConstruct): void {
  Validations.of(queue).acknowledge({ id: 'AwsSolutions-SQS3', reason: 'This is the queue for what failed' });
}

/** The six characters that end a secret's ARN are drawn when the secret is made. */
export function acceptSecret(role: IConstruct, secret: string): void {
  accept(role, secret, 'The operator named this secret; only the six drawn characters of its ARN are open');
}

/** Questions about the whole account know no resource. */
export function acceptService(role: IConstruct): void {
  accept(role, '*', 'The operator named the service, and its questions are granted for no resource in particular');
}

/** Logs of the access to exports would take a bucket more, in another region than the book's. */
export function acceptNoAccessLog(bucket: IConstruct): void {
  const reason = 'What AWS delivers here lands in the book, whose access is logged';
  Validations.of(bucket).acknowledge({ id: 'AwsSolutions-S1', reason });
}

/** The operator chose a service that takes no new customers, and has it. */
export function acceptMaintenanceMode(resource: IConstruct): void {
  const reason = 'For accounts that used Timestream for LiveAnalytics before it was closed to new ones';
  Validations.of(resource).acknowledge({ id: 'CloudFormation-Validate::W3697', reason });
  const key = 'Timestream encrypts with its own key of KMS; measurements of hosts hold no personal data';
  Validations.of(resource).acknowledge({ id: 'AwsSolutions-TS3', reason: key });
}

function accept(scope: IConstruct, resource: string, reason: string): void {
  Validations.of(scope).acknowledge({ id: `AwsSolutions-IAM5[Resource::${resource}]`, reason });
}

function logicalId(construct: IConstruct): string {
  const element = construct.node.defaultChild;
  if (element instanceof CfnElement) return Stack.of(construct).getLogicalId(element);
  throw new Error(`Cannot name ${construct.node.path}: expected a resource below it, got ${String(element)}`);
}
