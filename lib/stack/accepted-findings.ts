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

/** The machine calls each function in whatever version is deployed, and its distributed maps start runs of itself. */
export function acceptMachine(machine: StateMachine, functions: readonly CfnFunction[]): void {
  const name = JSON.stringify({ 'Fn::Select': [6, { 'Fn::Split': [':', { Ref: logicalId(machine) }] }] });
  const runs = `arn:<AWS::Partition>:states:<AWS::Region>:<AWS::AccountId>:execution:${name}`;
  for (const map of ['', '/BuildFacts', '/Settle']) {
    accept(machine, `${runs}${map}:*`, 'A distributed map starts, watches and resumes runs of its own machine');
  }
  for (const one of functions) {
    accept(machine, `<${Stack.of(one).getLogicalId(one)}.Arn>:*`, 'The machine may call any version of this function');
  }
}

function accept(scope: IConstruct, resource: string, reason: string): void {
  Validations.of(scope).acknowledge({ id: `AwsSolutions-IAM5[Resource::${resource}]`, reason });
}

function logicalId(construct: IConstruct): string {
  const element = construct.node.defaultChild;
  if (element instanceof CfnElement) return Stack.of(construct).getLogicalId(element);
  throw new Error(`Cannot name ${construct.node.path}: expected a resource below it, got ${String(element)}`);
}
