import type { IChainable } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';

import type * as Settle from '../../lambdas/settle/handler.ts';
import type { Book } from './book.ts';
import { CoreFunction } from './core-function.ts';
import type { Planning } from './planning.ts';
import { forEachShard } from './steps.ts';

/** Decides for every hour, resource and component which energy figure wins, and what it emitted and cost. */
export class Settlement extends Construct {
  readonly step: IChainable;

  constructor(
    scope: Construct,
    id: string,
    { book, concurrency, planning }: { readonly book: Book; readonly concurrency: number; readonly planning: Planning },
  ) {
    super(scope, id);

    const settle = new CoreFunction<Settle.Setting>(this, 'SettleFunction', {
      lambda: 'settle',
      environment: book.environment,
      memoryMib: 3008,
      diskGib: 10,
    });
    book.open(settle.ownRole, { reads: ['landing', 'facts', 'plans'], writes: ['ledger', 'sums'] });
    const halved = (name: string) => planning.halves(name);
    this.step = forEachShard(this, 'Settle', { verb: 'Settle', by: settle, concurrency, halved });
  }
}
