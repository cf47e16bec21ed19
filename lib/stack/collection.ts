import { Duration } from 'aws-cdk-lib';
import { PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import { type IChainable, JitterType, Map as MapState, Pass, TaskInput } from 'aws-cdk-lib/aws-stepfunctions';
import { LambdaInvoke } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { Construct } from 'constructs';

import type * as Collect from '../../lambdas/collect/handler.ts';
import { acceptPlace } from './accepted-findings.ts';
import type { Book } from './book.ts';
import { CoreFunction } from './core-function.ts';
import { PLANNED } from './steps.ts';

interface CollectionProps {
  readonly book: Book;
  /** `s3://bucket/prefix` of each place outside the book that a source of the settings reads. */
  readonly places: readonly string[];
}

/** Asks every source for the month. A source that stays away leaves a gap; the month goes on. */
export class Collection extends Construct {
  readonly step: IChainable;

  constructor(scope: Construct, id: string, { book, places }: CollectionProps) {
    super(scope, id);

    const collect = new CoreFunction<Collect.Setting>(this, 'CollectFunction', {
      lambda: 'collect',
      environment: { BOOK: book.address },
      memoryMib: 3008,
      diskGib: 10,
    });
    book.open(collect.ownRole, { writes: ['landing', 'quarantine'] });
    for (const place of places) openPlace(collect.ownRole, place);
    this.step = new MapState(this, 'Collect', {
      itemsPath: `${PLANNED}.collections`,
      maxConcurrency: 4,
      resultPath: '$.collected',
    }).itemProcessor(this.#oneSource(collect));
  }

  #oneSource(collect: CoreFunction<Collect.Setting>): IChainable {
    const one = LambdaInvoke.jsonPath(this, 'CollectSource', {
      lambdaFunction: collect,
      payload: TaskInput.fromJsonPathAt('$'),
      outputPath: '$.Payload',
    });
    one.addRetry({
      errors: ['SourceUnavailable'],
      interval: Duration.seconds(30),
      maxAttempts: 4,
      backoffRate: 2,
      maxDelay: Duration.minutes(10),
      jitterStrategy: JitterType.FULL,
    });
    const gap = new Pass(this, 'RecordGap', {
      parameters: { 'source_id.$': '$.source_id', 'error.$': '$.failure.Error', 'cause.$': '$.failure.Cause' },
    });
    return one.addCatch(gap, { errors: ['States.ALL'], resultPath: '$.failure' });
  }
}

function openPlace(role: Role, place: string): void {
  const [, bucket, prefix] = /^s3:\/\/([^/]+)\/?(.*)$/.exec(place) ?? [];
  if (!bucket) throw new Error(`Cannot open a place to the sources: expected s3://bucket/prefix, got ${place}`);
  const arn = `arn:aws:s3:::${bucket}`;
  const objects = `${arn}/${prefix}*`;
  role.addToPolicy(new PolicyStatement({ actions: ['s3:ListBucket'], resources: [arn] }));
  role.addToPolicy(new PolicyStatement({ actions: ['s3:GetObject'], resources: [objects] }));
  acceptPlace(role, objects);
}
