import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { DistributedMap, JsonPath, StateMachineType, TaskInput } from 'aws-cdk-lib/aws-stepfunctions';
import { LambdaInvoke } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import type { Construct } from 'constructs';

import type { MonthRun } from '../pipeline/stage.ts';

/** Where the state of a run keeps the answer of the latest `plan`. */
export const PLANNED = '$.planned';

/** The fields that every stage is handed, as the paths at which the state of a run holds them. */
export const MONTH_RUN: Readonly<Record<keyof MonthRun, string>> = {
  month: JsonPath.stringAt('$.month'),
  as_of: JsonPath.stringAt('$.as_of'),
};

/**
 * A state that hands each shard of the latest plan to a function, many at once, as runs of their own. One shard that
 * fails fails the month: a ledger with a hole that nobody counted would be worse than none.
 */
export function forEachShard(scope: Construct, name: string, work: { state: string; by: IFunction }): DistributedMap {
  const one = LambdaInvoke.jsonPath(scope, work.state, {
    lambdaFunction: work.by,
    payload: TaskInput.fromJsonPathAt('$'),
    outputPath: '$.Payload',
  });
  const map = new DistributedMap(scope, name, {
    label: name,
    itemsPath: `${PLANNED}.shards`,
    maxConcurrency: concurrencyOf(scope),
    mapExecutionType: StateMachineType.STANDARD,
    resultPath: JsonPath.DISCARD,
  });
  return map.itemProcessor(one);
}

/** `-c concurrency=200` for accounts whose Lambda quota allows it. */
function concurrencyOf(scope: Construct): number {
  const count = Number(scope.node.tryGetContext('concurrency') ?? 40);
  if (Number.isInteger(count) && count > 0) return count;
  throw new Error(`Cannot limit the concurrency: expected a whole number above 0, got ${count}`);
}
