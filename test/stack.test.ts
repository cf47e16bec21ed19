import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { type State, type States, tasksOf } from '../lib/pipeline/definition.ts';
import { FUNCTIONS } from '../lib/pipeline/handlers.ts';
import { definitionOf } from '../lib/stack/definition.ts';
import { sketchOfApp } from '../lib/stack/joulebook-app.ts';

interface Statement {
  readonly Sid?: string;
  readonly Effect: string;
  readonly Action: string | string[];
  readonly Resource: unknown;
}
/** A resource of the template, with the properties that some kind of it has. */
interface Resource {
  readonly Type: string;
  readonly DeletionPolicy?: string;
  readonly Properties: {
    readonly Architectures: string[];
    readonly BucketEncryption: object;
    readonly Environment: { readonly Variables: { readonly POWERTOOLS_SERVICE_NAME: string } };
    readonly LifecycleConfiguration: { readonly Rules: object[] };
    readonly LoggingConfig: { readonly LogGroup: object };
    readonly PolicyDocument: { readonly Statement: Statement[] };
    readonly PublicAccessBlockConfiguration: object;
    readonly RetentionInDays: number;
    readonly Role: { readonly 'Fn::GetAtt': [string, string] };
    readonly Roles: { readonly Ref: string }[];
    readonly Runtime: string;
    readonly TracingConfig: object;
    readonly VersioningConfiguration?: { readonly Status: string };
  };
}

interface Choice {
  readonly Default?: string;
}

const ROOT = join(__dirname, '..');

function synthesise(context: Record<string, unknown> = {}) {
  const app = sketchOfApp(context);
  const template = app.synth().getStackArtifact(app.stack.artifactId).template as {
    Resources: Record<string, Resource>;
  };
  const every = (type: string) => Object.values(template.Resources).filter(({ Type }) => Type === type);
  return { app, every };
}

const { app, every } = synthesise();
/** Functions that no month of a machine calls, but the clock. */
const CALLED_BY_CLOCK = ['begin'];
const definition = JSON.parse(definitionOf(app)) as { StartAt: string; States: States };
const functions = every('AWS::Lambda::Function');
const statements: Statement[] = every('AWS::IAM::Policy').flatMap(
  ({ Properties }) => Properties.PolicyDocument.Statement,
);
const actionsOf = ({ Action }: Statement) => [Action].flat();
/** The path in the bucket that an ARN ends in: `landing/*`. */
const folderOf = (resource: unknown) => (resource as { 'Fn::Join'?: ['', unknown[]] })['Fn::Join']?.[1].at(-1);

function lambdaOf({ Properties }: Resource): string {
  return Properties.Environment.Variables.POWERTOOLS_SERVICE_NAME;
}

/** The folders of the book on which a function may do something: `['landing', 'quarantine']`. */
function foldersOf(lambda: string, action: string): string[] {
  const role = functions.find((fn) => lambdaOf(fn) === lambda)?.Properties.Role['Fn::GetAtt'][0];
  return every('AWS::IAM::Policy')
    .filter(({ Properties }) => Properties.Roles.some(({ Ref }) => Ref === role))
    .flatMap(({ Properties }) => Properties.PolicyDocument.Statement)
    .filter((statement) => actionsOf(statement).includes(action))
    .flatMap(({ Resource }) => [Resource].flat().map(folderOf))
    .map((folder) => String(folder).replace(/^\/|\/\*$/g, ''))
    .sort();
}

describe('the definition', () => {
  test('that the laptop runs is the one that is deployed', () => {
    const committed = readFileSync(join(ROOT, 'lib/pipeline/definition.asl.json'), 'utf8');
    if (committed !== definitionOf(app)) {
      throw new Error(
        'lib/pipeline/definition.asl.json is old: node --experimental-import-text --no-warnings tools/synth-definition.ts',
      );
    }
  });

  test('goes from collection to disclosure, and forks only where a month is watched or overtaken', () => {
    const path = [];
    const after = (name: string) => definition.States[name]?.Next ?? (definition.States[name] as Choice).Default;
    for (let name: string | undefined = definition.StartAt; name; name = after(name)) path.push(name);
    expect(path).toEqual([
      'PlanCollection',
      'Collect',
      'PlanFacts',
      'BuildFacts',
      'PlanSettlement',
      'Settle',
      'ComputeKpis',
      'RaiseAlarms',
      'IsDisclosed',
      'WriteDisclosure',
      'Distribute',
    ]);
    expect(Object.keys(definition.States).sort()).toEqual(
      [...path, 'Watched', 'IsWatchOvertaken', 'Overtaken', 'OvertakenClose'].sort(),
    );
  });

  test('calls every function in lambdas/, and each by a name that the local runner knows', () => {
    const called = new Set(
      tasksOf(definition.States).map(
        ([, task]) => (task as { Parameters?: { FunctionName: string } }).Parameters?.FunctionName,
      ),
    );
    expect([...called, ...CALLED_BY_CLOCK].sort()).toEqual(readdirSync(join(ROOT, 'lambdas')).sort());
    expect(Object.keys(FUNCTIONS).sort()).toEqual([...called].sort());
  });

  test('asks a source again by name, and lets any failure of one become a gap but a full disk', () => {
    const collect = definition.States['Collect'];
    const one = collect?.ItemProcessor?.States['CollectSource'] as State & {
      Catch: { ErrorEquals: string[]; Next: string }[];
    };
    expect(collect).toMatchObject({ ItemsPath: '$.planned.collections', MaxConcurrency: 4, ResultPath: '$.collected' });
    expect(one.Retry).toContainEqual(expect.objectContaining({ ErrorEquals: ['SourceUnavailable'], BackoffRate: 2 }));
    expect(one.Catch).toEqual([
      expect.objectContaining({ ErrorEquals: ['Exhausted'], Next: 'CollectExhausted' }),
      expect.objectContaining({ ErrorEquals: ['States.ALL'], Next: 'RecordGap' }),
    ]);
    expect(collect?.ItemProcessor?.States['CollectExhausted']).toEqual({
      Type: 'Fail',
      ErrorPath: '$.failure.Error',
      CausePath: '$.failure.Cause',
    });
  });

  test.each(['BuildFacts', 'Settle'])('spreads %s over runs of their own and forgives no shard', (name) => {
    const map = definition.States[name];
    expect(map).toMatchObject({ Label: name, ItemsPath: '$.planned.shards', MaxConcurrency: 40, ResultPath: null });
    expect(map).not.toHaveProperty('Catch');
    expect(map).not.toHaveProperty('ToleratedFailurePercentage');
    expect(map).toHaveProperty('ItemProcessor.ProcessorConfig', { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' });
  });

  test.each([
    ['BuildFacts', 'Build'],
    ['Settle', 'Settle'],
  ])('lets a shard of %s that is too large be halved four times, one half after the other', (name, verb) => {
    const seen: string[] = [];
    let inner = definition.States[name]?.ItemProcessor;
    for (const size of ['Shard', 'Half', 'Quarter', 'Eighth', 'Sixteenth']) {
      const work = inner?.States[`${verb}${size}`] as (State & { Catch?: { ErrorEquals: string[] }[] }) | undefined;
      const halves = Object.values(inner?.States ?? {}).find(({ ItemProcessor }) => ItemProcessor);
      seen.push(
        `${work?.Type} ${work?.Catch?.flatMap(({ ErrorEquals }) => ErrorEquals).includes('Exhausted') ?? 'never'}`,
      );
      expect(work?.Catch?.[0]).toMatchObject({ ErrorEquals: ['Overtaken'], Next: `${verb}${size}Overtaken` });
      expect(inner?.States[`${verb}${size}Overtaken`]).toEqual({ Type: 'Succeed' });
      if (halves) expect(halves).toMatchObject({ MaxConcurrency: 1, ItemsPath: '$.planned.shards', ResultPath: null });
      inner = halves?.ItemProcessor;
    }
    expect(seen).toEqual(['Task true', 'Task true', 'Task true', 'Task true', 'Task false']);
    expect(inner).toBeUndefined();
  });

  test.each(['PlanFacts', 'PlanSettlement', 'ComputeKpis', 'RaiseAlarms'])(
    'ends a run that %s finds overtaken: a watch well, a close in words',
    (name) => {
      const { Catch } = definition.States[name] as State & { Catch?: unknown[] };
      expect(Catch?.[0]).toEqual({ ErrorEquals: ['Overtaken'], ResultPath: '$.failure', Next: 'IsWatchOvertaken' });
      expect(definition.States['IsWatchOvertaken']).toMatchObject({
        Choices: [{ Variable: '$.watch', IsPresent: true, Next: 'Overtaken' }],
        Default: 'OvertakenClose',
      });
      expect(definition.States['Overtaken']).toEqual({ Type: 'Succeed' });
      expect(definition.States['OvertakenClose']).toMatchObject({ Type: 'Fail', CausePath: '$.failure.Cause' });
    },
  );

  test('retries no failure of our own beyond the source that is away and the letter that is not accepted', () => {
    const ours = tasksOf(definition.States).flatMap(([name, { Retry = [] }]) =>
      (Retry as { ErrorEquals: string[] }[])
        .filter(({ ErrorEquals }) => !ErrorEquals.every((error) => error.startsWith('Lambda.')))
        .map(() => name),
    );
    expect(ours).toEqual(['CollectSource', 'Distribute']);
  });
});

describe('a function', () => {
  test('stands for each folder in lambdas/, with its handler there', () => {
    expect(functions.map(lambdaOf).sort()).toEqual(readdirSync(join(ROOT, 'lambdas')).sort());
    for (const fn of functions) expect(existsSync(join(ROOT, 'lambdas', lambdaOf(fn), 'handler.ts'))).toBe(true);
  });

  test('runs Node.js 24 on arm64, but for the one that carries Typst', () => {
    for (const fn of functions) {
      const expected = lambdaOf(fn) === 'write-disclosure' ? 'x86_64' : 'arm64';
      expect([lambdaOf(fn), fn.Properties.Runtime, fn.Properties.Architectures]).toEqual([
        lambdaOf(fn),
        'nodejs24.x',
        [expected],
      ]);
    }
  });

  test('runs on x86_64 where the context says so, and on nothing that does not exist', () => {
    const emulated = synthesise({ architecture: 'x86_64' }).every('AWS::Lambda::Function');
    expect(new Set(emulated.flatMap(({ Properties }) => Properties.Architectures))).toEqual(new Set(['x86_64']));
    expect(() => synthesise({ architecture: 'riscv' })).toThrow('expected arm64 or x86_64, got "riscv"');
  });

  test('traces, and logs into a group that forgets after a year', () => {
    for (const { Properties } of functions) {
      expect(Properties.TracingConfig).toEqual({ Mode: 'Active' });
      expect(Properties.LoggingConfig.LogGroup).toHaveProperty('Ref');
    }
    for (const { Properties } of every('AWS::Logs::LogGroup')) expect(Properties.RetentionInDays).toBe(365);
  });
});

describe('least privilege', () => {
  test('attaches no policy that somebody else maintains', () => {
    for (const { Properties } of every('AWS::IAM::Role')) expect(Properties).not.toHaveProperty('ManagedPolicyArns');
  });

  test.each([
    ['plan', ['landing', 'plans']],
    ['collect', ['calls', 'landing', 'quarantine']],
    ['build-facts', ['facts']],
    ['settle', ['ledger', 'sums']],
    ['compute-kpis', ['kpis']],
    ['write-disclosure', ['disclosures']],
  ])('%s writes %j and nothing else', (lambda, folders) => {
    expect(foldersOf(lambda, 's3:PutObject')).toEqual(folders);
  });

  test('lets nobody delete what landed or was published', () => {
    const deleting = statements.filter((each) => actionsOf(each).some((action) => action.startsWith('s3:Delete')));
    expect(deleting.flatMap(({ Resource }) => [Resource].flat().map(folderOf))).toEqual([
      '/facts/*',
      '/ledger/*',
      '/sums/*',
    ]);
  });
});

describe('the book', () => {
  test('outlives the stack, is encrypted, closed to the public and to plain HTTP', () => {
    const buckets = every('AWS::S3::Bucket');
    expect(buckets).toHaveLength(2);
    for (const { DeletionPolicy, Properties } of buckets) {
      expect(DeletionPolicy).toBe('Retain');
      expect(JSON.stringify(Properties.BucketEncryption)).toMatch(/"SSEAlgorithm":"(aws:kms|AES256)"/);
      expect(Object.values(Properties.PublicAccessBlockConfiguration)).toEqual([true, true, true, true]);
    }
    const denied = every('AWS::S3::BucketPolicy').map(({ Properties }) => JSON.stringify(Properties));
    for (const policy of denied) expect(policy).toContain('{"aws:SecureTransport":"false"}');
  });

  test('keeps every version, and drops uploads that nobody finished', () => {
    const versioned = every('AWS::S3::Bucket').filter(
      ({ Properties }) => Properties.VersioningConfiguration?.Status === 'Enabled',
    );
    expect(versioned).toHaveLength(1);
    expect(versioned[0]?.Properties.LifecycleConfiguration.Rules).toContainEqual(
      expect.objectContaining({ AbortIncompleteMultipartUpload: { DaysAfterInitiation: 3 } }),
    );
  });

  test('refuses a landed or delivered key that is written without asking that it be new', () => {
    const rules = every('AWS::S3::BucketPolicy').flatMap(({ Properties }) => Properties.PolicyDocument.Statement);
    const once = rules.find(({ Sid }) => Sid === 'WhatCameInIsNeverOverwritten');
    expect(once).toMatchObject({
      Effect: 'Deny',
      Action: 's3:PutObject',
      Condition: { Null: { 's3:if-none-match': 'true' } },
    });
    expect([once?.Resource].flat().map(folderOf)).toEqual(['/agent/*', '/landing/*', '/runs/host=*']);
  });
});
