import { type IChainable, JsonPath, TaskInput } from 'aws-cdk-lib/aws-stepfunctions';
import { LambdaInvoke } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { Construct } from 'constructs';

import type * as ComputeKpis from '../../lambdas/compute-kpis/handler.ts';
import type { Book } from './book.ts';
import { CoreFunction } from './core-function.ts';
import type { Overtaking } from './overtaking.ts';
import { againWhenBusy, MONTH_RUN } from './steps.ts';

/** Computes every figure of the month from the sums of the ledger. */
export class Kpis extends Construct {
  readonly step: IChainable;

  constructor(
    scope: Construct,
    id: string,
    { book, overtaking }: { readonly book: Book; readonly overtaking: Overtaking },
  ) {
    super(scope, id);

    const computeKpis = new CoreFunction<ComputeKpis.Setting>(this, 'ComputeKpisFunction', {
      lambda: 'compute-kpis',
      environment: book.environment,
      memoryMib: 3008,
      diskGib: 10,
    });
    book.open(computeKpis.ownRole, { reads: ['landing', 'facts', 'sums', 'plans'], writes: ['kpis'] });
    const one = LambdaInvoke.jsonPath(this, 'ComputeKpis', {
      lambdaFunction: computeKpis,
      payload: TaskInput.fromObject(MONTH_RUN),
      resultPath: JsonPath.DISCARD,
    });
    this.step = overtaking.ends(againWhenBusy(one));
  }
}
