import type { IChainable } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';

import type * as BuildFacts from '../../lambdas/build-facts/handler.ts';
import type { Book } from './book.ts';
import { CoreFunction } from './core-function.ts';
import { forEachShard } from './steps.ts';

/** Turns landed bytes into rows of one schema, a shard at a time. */
export class Facts extends Construct {
  readonly step: IChainable;

  constructor(
    scope: Construct,
    id: string,
    { book, concurrency }: { readonly book: Book; readonly concurrency: number },
  ) {
    super(scope, id);

    const buildFacts = new CoreFunction<BuildFacts.Setting>(this, 'BuildFactsFunction', {
      lambda: 'build-facts',
      environment: { BOOK: book.address },
      memoryMib: 3008,
      diskGib: 10,
    });
    book.open(buildFacts.ownRole, { reads: ['landing', 'plans'], writes: ['facts'] });
    this.step = forEachShard(this, 'BuildFacts', { state: 'BuildShard', by: buildFacts, concurrency });
  }
}
