import { JsonPath, TaskInput } from 'aws-cdk-lib/aws-stepfunctions';
import { LambdaInvoke } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { Construct } from 'constructs';

import type * as Plan from '../../lambdas/plan/handler.ts';
import type { Book } from './book.ts';
import { CoreFunction } from './core-function.ts';
import { againWhenBusy, FAILURE, MONTH_RUN, PLANNED } from './steps.ts';

/** What `plan` lists for each stage that works in parts. */
const LISTS = { collection: 'collections', facts: 'shards', settlement: 'shards' } as const;

/** The collection is told all of a run's input: some of its fields are there only in some runs. The facts are told what it came to. */
const ASKED = {
  collection: { asked: JsonPath.objectAt('$') },
  facts: { collected: JsonPath.objectAt('$.collected') },
  settlement: {},
} as const;

/** Lists the parts of a stage's work, so that many workers can share it. */
export class Planning extends Construct {
  readonly #plan: CoreFunction<Plan.Setting>;

  constructor(scope: Construct, id: string, { book }: { readonly book: Book }) {
    super(scope, id);

    this.#plan = new CoreFunction<Plan.Setting>(this, 'Plan', {
      lambda: 'plan',
      environment: book.environment,
      // 641 MB were measured with 100 000 receipts (docs/scale.md).
      memoryMib: 3008,
      diskGib: 1,
    });
    book.open(this.#plan.ownRole, { writes: ['landing', 'plans'], removes: ['facts', 'ledger', 'sums'] });
  }

  /** A state that lists a stage's parts and keeps the list beside the month. */
  step(name: string, stage: keyof typeof LISTS): LambdaInvoke {
    const list = LISTS[stage];
    const one = LambdaInvoke.jsonPath(this, name, {
      lambdaFunction: this.#plan,
      payload: TaskInput.fromObject({ stage, ...MONTH_RUN, ...ASKED[stage] }),
      resultSelector: { [`${list}.$`]: `$.Payload.${list}` },
      resultPath: PLANNED,
    });
    return againWhenBusy(one);
  }

  /** A state that lists the two halves of the shard that its input names, in place of the latest plan. */
  halves(name: string): LambdaInvoke {
    const shard = { shard: JsonPath.stringAt('$.shard'), failure: JsonPath.objectAt(FAILURE) };
    const one = LambdaInvoke.jsonPath(this, name, {
      lambdaFunction: this.#plan,
      payload: TaskInput.fromObject({ stage: 'halves', ...MONTH_RUN, ...shard }),
      resultSelector: { 'shards.$': '$.Payload.shards' },
      resultPath: PLANNED,
    });
    return againWhenBusy(one);
  }
}
