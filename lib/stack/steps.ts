import { Duration } from 'aws-cdk-lib';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { DistributedMap, JitterType, JsonPath, StateMachineType, TaskInput } from 'aws-cdk-lib/aws-stepfunctions';
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

interface ShardWork {
  readonly state: string;
  readonly by: IFunction;
  /** Shards that are worked on at a time. */
  readonly concurrency: number;
}

/**
 * A state that hands each shard of the latest plan to a function, many at once, as runs of their own. One shard that
 * fails fails the month: a ledger with a hole that nobody counted would be worse than none.
 */
export function forEachShard(scope: Construct, name: string, work: ShardWork): DistributedMap {
  const one = LambdaInvoke.jsonPath(scope, work.state, {
    lambdaFunction: work.by,
    payload: TaskInput.fromJsonPathAt('$'),
    outputPath: '$.Payload',
  });
  const map = new DistributedMap(scope, name, {
    label: name,
    itemsPath: `${PLANNED}.shards`,
    maxConcurrency: work.concurrency,
    mapExecutionType: StateMachineType.STANDARD,
    resultPath: JsonPath.DISCARD,
  });
  return map.itemProcessor(againWhenBusy(one));
}

/** An account's functions share a quota of concurrent runs: where it is used up, a state waits its turn. */
export function againWhenBusy(state: LambdaInvoke): LambdaInvoke {
  state.addRetry({
    errors: ['Lambda.TooManyRequestsException'],
    interval: Duration.seconds(5),
    maxAttempts: 10,
    backoffRate: 2,
    maxDelay: Duration.minutes(5),
    jitterStrategy: JitterType.FULL,
  });
  return state;
}
