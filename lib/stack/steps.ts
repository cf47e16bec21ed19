import { Duration } from 'aws-cdk-lib';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import {
  DistributedMap,
  type IChainable,
  type INextable,
  JitterType,
  JsonPath,
  Map as MapState,
  StateMachineType,
  Succeed,
  TaskInput,
} from 'aws-cdk-lib/aws-stepfunctions';
import { LambdaInvoke } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import type { Construct } from 'constructs';

import type { MonthRun } from '../pipeline/stage.ts';

/** Where the state of a run keeps the answer of the latest `plan`. */
export const PLANNED = '$.planned';
/** Where a state that failed leaves what it said. */
export const FAILURE = '$.failure';

/** The error of a part of a run of whose month another one has begun (lib/pipeline/latest-run.ts). */
export const OVERTAKEN = 'Overtaken';

/** The fields that every stage is handed, as the paths at which the state of a run holds them. */
export const MONTH_RUN: Readonly<Record<keyof MonthRun, string>> = {
  month: JsonPath.stringAt('$.month'),
  as_of: JsonPath.stringAt('$.as_of'),
};

interface ShardWork {
  /** What the states are called: `Build` makes `BuildShard`. */
  readonly verb: string;
  readonly by: IFunction;
  /** Shards that are worked on at a time. */
  readonly concurrency: number;
  /** Makes a state of the given name that asks `plan` for the halves of a shard. */
  readonly halved: (name: string) => INextable & IChainable;
}

/** What the halves of a shard are called, one and all of them, down to single files of a hand of sixteen. */
const HALVES = [
  ['Half', 'Halves'],
  ['Quarter', 'Quarters'],
  ['Eighth', 'Eighths'],
  ['Sixteenth', 'Sixteenths'],
] as const;
type Halves = readonly (readonly [one: string, all: string])[];

/**
 * Names under which a worker that ran out of memory, disk or time is told. `Lambda.Unknown`: Step Functions developer guide,
 * «Handle Lambda service exceptions». `Runtime.ExitError`: AWS Knowledge Center, «runtime exited».
 * `Sandbox.Timedout`: AWS's own emulator of the runtime interface. `Runtime.OutOfMemory` stands in logs that functions
 * of others left. `Exhausted` is ours (lib/pipeline/exhausted.ts).
 */
const TOO_LARGE = ['Lambda.Unknown', 'Runtime.ExitError', 'Runtime.OutOfMemory', 'Sandbox.Timedout', 'Exhausted'];

/**
 * A state that hands each shard of the latest plan to a function, many at once, as runs of their own. A shard that is too
 * large for its worker is halved, and its halves again; one that fails otherwise fails the month: a ledger with a hole
 * that nobody counted would be worse than none. A distributed map does not say by which error a part of it failed
 * (`States.ExceedToleratedFailureThreshold`): a part of an overtaken run ends in silence, and the next state ends the run.
 */
export function forEachShard(scope: Construct, name: string, work: ShardWork): DistributedMap {
  const map = new DistributedMap(scope, name, {
    label: name,
    itemsPath: `${PLANNED}.shards`,
    maxConcurrency: work.concurrency,
    mapExecutionType: StateMachineType.STANDARD,
    resultPath: JsonPath.DISCARD,
  });
  return map.itemProcessor(oneOf('Shard', HALVES, scope, work));
}

/** The work on a shard, a half, a quarter …: where it is too large, on both its halves, one after the other. */
function oneOf(size: string, [halves, ...smaller]: Halves, scope: Construct, work: ShardWork): IChainable {
  const one = LambdaInvoke.jsonPath(scope, `${work.verb}${size}`, {
    lambdaFunction: work.by,
    payload: TaskInput.fromJsonPathAt('$'),
    outputPath: '$.Payload',
  });
  againWhenBusy(one).addCatch(new Succeed(scope, `${work.verb}${size}Overtaken`), { errors: [OVERTAKEN] });
  if (!halves) return one;
  const [half, all] = halves;
  const split = work.halved(`Split${work.verb}${size}`);
  const both = new MapState(scope, `${work.verb}${all}`, {
    itemsPath: `${PLANNED}.shards`,
    maxConcurrency: 1,
    resultPath: JsonPath.DISCARD,
  });
  split.next(both.itemProcessor(oneOf(half, smaller, scope, work)));
  return one.addCatch(split, { errors: TOO_LARGE, resultPath: FAILURE });
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
