import type { IChainable } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';

import type * as BuildFacts from '../../lambdas/build-facts/handler.ts';
import type { Book } from './book.ts';
import { CoreFunction } from './core-function.ts';
import type { Planning } from './planning.ts';
import { forEachShard } from './steps.ts';

/** Turns landed bytes into rows of one schema, a shard at a time. */
export class Facts extends Construct {
  readonly step: IChainable;

  constructor(
    scope: Construct,
    id: string,
    { book, concurrency, planning }: { readonly book: Book; readonly concurrency: number; readonly planning: Planning },
  ) {
    super(scope, id);

    const buildFacts = new CoreFunction<BuildFacts.Setting>(this, 'BuildFactsFunction', {
      lambda: 'build-facts',
      environment: book.environment,
      memoryMib: 3008,
      diskGib: 10,
    });
    book.open(buildFacts.ownRole, { reads: ['landing', 'plans'], writes: ['facts'] });
    const halved = (name: string) => planning.halves(name);
    this.step = forEachShard(this, 'BuildFacts', { verb: 'Build', by: buildFacts, concurrency, halved });
  }
}
