import { LEDGER_COLUMNS, STORED_TABLES } from '../lib/facts/columns.ts';
import { sketchOfApp } from '../lib/stack/joulebook-app.ts';
import { hiveType } from '../lib/stack/tables.ts';

interface Resource {
  readonly Type: string;
  readonly DeletionPolicy?: string;
  readonly DependsOn?: string[];
  // biome-ignore lint/suspicious/noExplicitAny: templates hold whatever CloudFormation knows
  readonly Properties: any;
}

/** Every resource of a type, in all stacks. */
function synthesise(joulebook: object) {
  const { stacks } = sketchOfApp({ joulebook }).synth();
  const resources = stacks.flatMap(({ template }) => Object.entries(template.Resources as Record<string, Resource>));
  return {
    stacks,
    every: (type: string) => resources.filter(([, { Type }]) => Type === type).map(([id, one]) => ({ id, ...one })),
  };
}

const plain = synthesise({});
const chosen = synthesise({
  book: { encryption: 'kms', object_lock: { mode: 'compliance' }, inbox_days: 30 },
  schedules: { enabled: false, time_zone: 'Europe/Berlin' },
  exports: { bucket: 'example-exports', focus: true },
  telemetry: { kind: 'timestream', database: 'telemetry', table: 'hosts', unload: true },
});
const bookOf = ({ every }: typeof plain) =>
  every('AWS::S3::Bucket').find(({ id }) => id.startsWith('BookBucket'))?.Properties;

/** What the functions that work on the book are told of its retention. */
function retentionsIn({ every }: typeof plain): string[] {
  const told = every('AWS::Lambda::Function').map(({ Properties }) => Properties.Environment.Variables);
  return [...new Set<string>(told.filter((variables) => 'BOOK' in variables).map(({ RETENTION }) => RETENTION))];
}

describe('the book', () => {
  test('forgets what agents delivered once it has landed, and nothing that landed', () => {
    const rules = (stack: typeof plain) =>
      bookOf(stack)
        .LifecycleConfiguration.Rules.filter((rule: object) => 'ExpirationInDays' in rule)
        .map(({ Prefix, ExpirationInDays }: { Prefix: string; ExpirationInDays: number }) => [
          Prefix,
          ExpirationInDays,
        ]);
    expect(rules(plain)).toEqual([
      ['agent/', 90],
      ['runs/', 90],
    ]);
    expect(rules(chosen)).toEqual([
      ['agent/', 30],
      ['runs/', 30],
      ['unload/', 30],
    ]);
  });

  test('has a key of its own where that is chosen, which turns and outlives the stack', () => {
    const keys = chosen.every('AWS::KMS::Key').filter(({ id }) => id.startsWith('Book'));
    expect(keys).toEqual([expect.objectContaining({ DeletionPolicy: 'Retain' })]);
    expect(keys[0]?.Properties.EnableKeyRotation).toBe(true);
    expect(JSON.stringify(bookOf(chosen).BucketEncryption)).toContain('aws:kms');
    expect(plain.every('AWS::KMS::Key').filter(({ id }) => id.startsWith('Book'))).toEqual([]);
  });

  test('can be locked where that is chosen; functions then lock what they land and disclose, for ten years', () => {
    expect(bookOf(chosen).ObjectLockEnabled).toBe(true);
    // A default of the bucket would lock what can be made again, too.
    expect(bookOf(chosen)).not.toHaveProperty('ObjectLockConfiguration');
    expect(bookOf(plain)).not.toHaveProperty('ObjectLockEnabled');
    expect(retentionsIn(chosen)).toEqual(['compliance/10']);
    expect(retentionsIn(plain)).toEqual(['none']);
  });

  test('lets those lock who write what is kept, and nobody else', () => {
    const locking = ({ every }: typeof plain) =>
      every('AWS::IAM::Policy').flatMap(({ id, Properties }) => {
        const statements: { Action: string | string[]; Resource: unknown }[] = Properties.PolicyDocument.Statement;
        const locks = statements.filter(({ Action }) => [Action].flat().includes('s3:PutObjectRetention'));
        return locks.map(
          ({ Resource }) => `${id.replace(/Role.*$/, '')} ${JSON.stringify(Resource).match(/\/[a-z]+\/\*/g)}`,
        );
      });
    expect(locking(chosen).sort()).toEqual([
      'CollectionCollectFunction /landing/*',
      'DisclosureWriteDisclosureFunction /disclosures/*',
      'PlanningPlan /landing/*',
    ]);
    expect(locking(plain)).toEqual([]);
  });
});

test('what hosts sent stays until the closes of its month are over', () => {
  expect(() => synthesise({ book: { inbox_days: 7 } })).toThrow('joulebook.book.inbox_days');
});

describe('schedules', () => {
  const expressionsOf = ({ every }: typeof plain) =>
    every('AWS::Scheduler::Schedule').map(({ Properties }) => Properties.ScheduleExpression);

  test('land by the hour and the day, and close on the fifth working day and on the 22nd', () => {
    expect(expressionsOf(plain).sort()).toEqual(
      expect.arrayContaining([
        'cron(10 * * * ? *)',
        'cron(30 4 * * ? *)',
        'cron(0 6 5-9 * ? *)',
        'cron(0 6 22-23 * ? *)',
      ]),
    );
  });

  test('judge alarms by the hour, or by the day after its bills, or never', () => {
    expect(expressionsOf(plain)).toContain('cron(40 * * * ? *)');
    expect(expressionsOf(synthesise({ schedules: { watch: 'daily' } }))).toContain('cron(40 5 * * ? *)');
    const never = expressionsOf(synthesise({ schedules: { watch: 'never' } }));
    expect(never.filter((expression: string) => expression.startsWith('cron(40'))).toEqual([]);
    expect(never).toHaveLength(4);
  });

  test('keep to the time zone, and keep what could not be started', () => {
    for (const { Properties } of chosen.every('AWS::Scheduler::Schedule')) {
      expect(Properties).toMatchObject({ ScheduleExpressionTimezone: 'Europe/Berlin', State: 'DISABLED' });
      expect(Properties.Target).toHaveProperty('DeadLetterConfig.Arn');
    }
    const begin = chosen.every('AWS::Lambda::Function').find(({ id }) => id.startsWith('SchedulesBegin'));
    expect(begin?.Properties).toHaveProperty('DeadLetterConfig.TargetArn');
  });
});

describe('exports', () => {
  const exports = chosen.every('AWS::BCMDataExports::Export');

  test('are made in us-east-1, after the policy of their bucket', () => {
    const stack = chosen.stacks.find(({ stackName }) => stackName === 'JoulebookExports');
    expect(stack?.environment.region).toBe('us-east-1');
    const policy = chosen
      .every('AWS::S3::BucketPolicy')
      .find(({ Properties }) => /bcm-data/.test(JSON.stringify(Properties)));
    expect(exports).toHaveLength(3);
    for (const { DependsOn } of exports) expect(DependsOn).toContain(policy?.id);
    expect(plain.stacks).toHaveLength(1);
  });

  test('give the bill by the hour, with resources and split cost', () => {
    const queries = exports.map(({ Properties }) => Properties.Export.DataQuery);
    expect(queries[0].TableConfigurations.COST_AND_USAGE_REPORT).toMatchObject({
      TIME_GRANULARITY: 'HOURLY',
      INCLUDE_RESOURCES: 'TRUE',
      INCLUDE_SPLIT_COST_ALLOCATION_DATA: 'TRUE',
    });
    for (const { QueryStatement } of queries) expect(QueryStatement).toMatch(/^SELECT \w+(, \w+)+ FROM [A-Z0-9_]+$/);
  });

  test('open their bucket to the collection', () => {
    const policies = JSON.stringify(chosen.every('AWS::IAM::Policy'));
    expect(policies).toContain('":s3:::example-exports/exports/*"');
  });
});

test('Timestream takes late records, and writes what it refuses into the book', () => {
  const [table] = chosen.every('AWS::Timestream::Table');
  expect(table?.DeletionPolicy).toBe('Retain');
  expect(table?.Properties.MagneticStoreWriteProperties).toMatchObject({
    EnableMagneticStoreWrites: true,
    MagneticStoreRejectedDataLocation: { S3Configuration: { ObjectKeyPrefix: 'quarantine/timestream' } },
  });
  expect(plain.every('AWS::Timestream::Table')).toEqual([]);
});

test('every table of the book can be asked, with its columns', () => {
  const tables = plain.every('AWS::Glue::Table').map(({ Properties }) => Properties.TableInput);
  expect(tables.map(({ Name }) => Name).sort()).toEqual([...STORED_TABLES, 'kpis', 'ledger'].sort());
  const ledger = tables.find(({ Name }) => Name === 'ledger').StorageDescriptor.Columns;
  expect(ledger).toEqual(LEDGER_COLUMNS.map(({ name, type }) => ({ Name: name, Type: hiveType(type) })));
  expect(hiveType('MAP(VARCHAR, VARCHAR)')).toBe('map<string,string>');
  expect(() => hiveType('UUID')).toThrow('expected a type that it knows, got UUID');
});
