import { Duration, Stack } from 'aws-cdk-lib';
import { PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import {
  Fail,
  type IChainable,
  JitterType,
  JsonPath,
  Map as MapState,
  Pass,
  TaskInput,
} from 'aws-cdk-lib/aws-stepfunctions';
import { LambdaInvoke } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { Construct } from 'constructs';

import type * as Collect from '../../lambdas/collect/handler.ts';
import { acceptPlace, acceptService } from './accepted-findings.ts';
import type { Book } from './book.ts';
import { CoreFunction } from './core-function.ts';
import type { Deployment } from './deployment.ts';
import { openSecret, turnSecrets } from './secrets.ts';
import { againWhenBusy, FAILURE, PLANNED } from './steps.ts';
import { openUnload, UNLOADED } from './unload-rights.ts';

interface CollectionProps {
  readonly book: Book;
  /** What lies outside the book and may be read: places, secrets, services, a store of telemetry. */
  readonly open: Pick<Deployment, 'reads' | 'secrets' | 'services' | 'telemetry'>;
}

/** What each service is asked. None of these calls knows a resource (Service Authorization Reference, the service's page). */
const ASKED: Readonly<Record<Deployment['services'][number], readonly string[]>> = {
  cloudwatch: ['cloudwatch:GetMetricData', 'cloudwatch:ListMetrics'],
  'cost-explorer': ['ce:GetCostAndUsage', 'ce:GetDimensionValues'],
  sustainability: ['sustainability:GetEstimatedCarbonEmissions'],
  'web-identity': ['sts:GetWebIdentityToken'],
};

/** Asks every source for the month. A source that stays away leaves a gap; the month goes on. A full disk here is no gap: it ends the run. */
export class Collection extends Construct {
  readonly #collect: CoreFunction<Collect.Setting>;

  constructor(scope: Construct, id: string, { book, open }: CollectionProps) {
    super(scope, id);

    this.#collect = new CoreFunction<Collect.Setting>(this, 'CollectFunction', {
      lambda: 'collect',
      environment: book.environment,
      memoryMib: 3008,
      diskGib: 10,
    });
    const role = this.#collect.ownRole;
    const store = open.telemetry.kind === 'timestream' && open.telemetry.unload ? open.telemetry : undefined;
    book.open(role, { writes: ['calls', 'landing', 'quarantine', ...(store ? [UNLOADED] : [])] });
    book.openInbox(role);
    for (const place of open.reads) openPlace(role, place);
    for (const secret of open.secrets) openSecret(role, secret);
    turnSecrets(this, open.secrets);
    for (const service of open.services) openService(role, service);
    if (store) openUnload(role, book, store);
  }

  /** A state that asks the sources that the latest plan lists, a few at a time; `name` is its own. */
  step(name: string): IChainable {
    return new MapState(this, name, {
      itemsPath: `${PLANNED}.collections`,
      maxConcurrency: 4,
      resultPath: '$.collected',
    }).itemProcessor(this.#oneSource(name));
  }

  #oneSource(name: string): IChainable {
    const one = LambdaInvoke.jsonPath(this, `${name}Source`, {
      lambdaFunction: this.#collect,
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
    const gap = new Pass(this, name === 'Collect' ? 'RecordGap' : `${name}Gap`, {
      parameters: { 'source_id.$': '$.source_id', 'error.$': '$.failure.Error', 'cause.$': '$.failure.Cause' },
    });
    const full = new Fail(this, `${name}Exhausted`, {
      errorPath: JsonPath.stringAt(`${FAILURE}.Error`),
      causePath: JsonPath.stringAt(`${FAILURE}.Cause`),
    });
    return againWhenBusy(one)
      .addCatch(full, { errors: ['Exhausted'], resultPath: FAILURE })
      .addCatch(gap, { errors: ['States.ALL'], resultPath: FAILURE });
  }
}

function openPlace(role: Role, place: string): void {
  const [, bucket, prefix] = /^s3:\/\/([^/]+)\/?(.*)$/.exec(place) ?? [];
  const arn = `arn:${Stack.of(role).partition}:s3:::${bucket}`;
  const name = (prefix ?? '').replace(/\/$/, '');
  // What lies below a folder, or the one object of that name: `cur` does not open `cur-of-others/`.
  const below = name === '' ? '/*' : `/${name}/*`;
  const objects = name === '' || name !== prefix ? [below] : [`/${name}`, below];
  role.addToPolicy(new PolicyStatement({ actions: ['s3:ListBucket'], resources: [arn] }));
  role.addToPolicy(new PolicyStatement({ actions: ['s3:GetObject'], resources: objects.map((one) => `${arn}${one}`) }));
  acceptPlace(role, `arn:<AWS::Partition>:s3:::${bucket}${below}`);
}

function openService(role: Role, service: Deployment['services'][number]): void {
  role.addToPolicy(new PolicyStatement({ actions: [...ASKED[service]], resources: ['*'] }));
  acceptService(role);
}
