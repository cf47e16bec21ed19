import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Template } from 'aws-cdk-lib/assertions';

import { sketchOfApp } from '../lib/stack/joulebook-app.ts';

interface Statement {
  readonly Sid?: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: string | string[];
  readonly Resource: unknown;
}
interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
}

const KEY = 'arn:aws:kms:eu-west-1:210987654321:key/1234abcd-12ab-34cd-56ef-1234567890ab';
const TURNS = 'arn:aws:lambda:eu-west-1:123456789012:function:turn-token';

/** Everything that can be chosen, chosen: more is granted than by default. */
const EVERYTHING = {
  reads: ['s3://bills/cur/', 's3://carbon'],
  secrets: [
    'joulebook/electricity-maps',
    { id: 'arn:aws:secretsmanager:eu-west-1:210987654321:secret:watttime-AbC123', key: KEY },
    { id: 'joulebook/openai', rotation: { function: TURNS, every_days: 7 } },
  ],
  services: ['cloudwatch', 'cost-explorer', 'sustainability', 'web-identity'],
  permissions_boundary: 'arn:aws:iam::123456789012:policy/Bound',
  book: { encryption: 'kms', object_lock: { mode: 'governance' } },
  exports: { bucket: 'example-exports', focus: true },
  notify: { email: ['ops@example.com'], slack: { workspace_id: 'T0123ABCD', channel_id: 'C0123ABCD' } },
  mail: { from: 'books@example.com' },
  telemetry: { kind: 'timestream', database: 'telemetry', table: 'hosts', unload: true },
  agents: { packages: { x86_64: { bucket: 'packages', key: 'agent.tar.gz', sha256: 'a'.repeat(64) } } },
};

/** Actions that the service grants for no resource in particular, each with where that is written. */
const WITHOUT_RESOURCE: Readonly<Record<string, string>> = {
  'xray:PutTelemetryRecords': 'Service Authorization Reference, AWS X-Ray',
  'xray:PutTraceSegments': 'Service Authorization Reference, AWS X-Ray',
  'xray:GetSamplingRules': 'Service Authorization Reference, AWS X-Ray',
  'xray:GetSamplingTargets': 'Service Authorization Reference, AWS X-Ray',
  'logs:CreateLogDelivery': 'Step Functions developer guide, «Logging to CloudWatch Logs»',
  'logs:GetLogDelivery': 'Step Functions developer guide, «Logging to CloudWatch Logs»',
  'logs:UpdateLogDelivery': 'Step Functions developer guide, «Logging to CloudWatch Logs»',
  'logs:DeleteLogDelivery': 'Step Functions developer guide, «Logging to CloudWatch Logs»',
  'logs:ListLogDeliveries': 'Step Functions developer guide, «Logging to CloudWatch Logs»',
  'logs:PutResourcePolicy': 'Step Functions developer guide, «Logging to CloudWatch Logs»',
  'logs:DescribeResourcePolicies': 'Step Functions developer guide, «Logging to CloudWatch Logs»',
  'logs:DescribeLogGroups': 'Step Functions developer guide, «Logging to CloudWatch Logs»',
  'cloudwatch:GetMetricData': 'Service Authorization Reference, Amazon CloudWatch',
  'cloudwatch:ListMetrics': 'Service Authorization Reference, Amazon CloudWatch',
  'ce:GetCostAndUsage': 'an account has one bill',
  'ce:GetDimensionValues': 'an account has one bill',
  'sustainability:GetEstimatedCarbonEmissions': 'an account has one footprint',
  'sts:GetWebIdentityToken': 'a token of the caller itself',
  'timestream:DescribeEndpoints': 'Timestream developer guide, «endpoint discovery»',
};

/** What the CDK puts behind an id. */
const HASH = /[0-9A-F]{8}$/;

function templatesOf(joulebook: object): Record<string, Resource>[] {
  const { stacks } = sketchOfApp({ joulebook }).synth();
  return stacks.map(({ template }) => template.Resources as Record<string, Resource>);
}

const resources = templatesOf(EVERYTHING).flatMap((template) => Object.entries(template));

/** Every statement of every role, bucket, key and queue, wherever it stands in a template. */
function statementsIn(value: unknown): Statement[] {
  if (typeof value !== 'object' || value === null) return [];
  const { Statement: own } = value as { Statement?: Statement[] };
  return Array.isArray(own) ? own : Object.values(value).flatMap(statementsIn);
}

const statements = resources.flatMap(([id, resource]) =>
  statementsIn(resource.Properties).map((statement) => ({ id, type: resource.Type, ...statement })),
);
const granted = statements.filter(({ Effect }) => Effect === 'Allow');
const isPolicy = ({ type }: { type: string }) => ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy'].includes(type);

/** `CollectionCollectFunctionRole: s3:GetObject on BookBucket/landing/*` */
function line({ id, Action, Resource: on }: (typeof granted)[number]): string {
  const actions = [Action].flat().join(' ');
  return `${id.replace(/DefaultPolicy.*$/, '').replace(HASH, '')}: ${actions} on ${[on].flat().map(placeOf).join(' ')}`;
}

/** A resource without what only a deployment knows. */
function placeOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  const [[name, of] = ['', '']] = Object.entries(value);
  if (name === 'Ref') return String(of).replace(HASH, '').replace('AWS::', '$');
  if (name === 'Fn::GetAtt') return String(of[0]).replace(HASH, '');
  const parts: unknown[] = name === 'Fn::Join' ? of[1] : [of[1]];
  return parts.map(placeOf).join('');
}

function linesOf(joulebook: object): string[] {
  const resources = templatesOf(joulebook).flatMap((template) => Object.entries(template));
  return resources
    .filter(([, { Type }]) => isPolicy({ type: Type }))
    .flatMap(([id, { Type, Properties }]) => statementsIn(Properties).map((one) => line({ id, type: Type, ...one })))
    .sort();
}

describe('every IAM statement', () => {
  test('stands in the list that was reviewed: test/iam-statements.txt, and what choices add at its end', () => {
    const plain = linesOf({});
    const added = linesOf(EVERYTHING).filter((one) => !plain.includes(one));
    const reviewed = readFileSync(join(__dirname, 'iam-statements.txt'), 'utf8');
    expect(`${[...plain, '', ...added].join('\n')}\n`).toBe(reviewed);
  });

  test('names its actions: a star stands in none of a role', () => {
    for (const { id, Action } of granted.filter(isPolicy)) {
      expect([id, [Action].flat().filter((action) => action.includes('*'))]).toEqual([id, []]);
    }
  });

  test('names its resource wherever the service knows one', () => {
    const everywhere = granted
      .filter(isPolicy)
      .filter(({ Resource: on }) => [on].flat().includes('*'))
      .flatMap(({ Action }) => [Action].flat());
    expect(everywhere.filter((action) => !(action in WITHOUT_RESOURCE))).toEqual([]);
    expect(Object.keys(WITHOUT_RESOURCE).filter((action) => !everywhere.includes(action))).toEqual([]);
  });

  test('lets nobody of another account in', () => {
    const principals = granted
      .filter((statement) => !isPolicy(statement))
      .map((statement) => JSON.stringify((statement as { Principal?: unknown }).Principal) ?? '');
    for (const principal of principals) expect(principal).toMatch(/"Service"|AWS::AccountId/);
  });
});

test('the boundary stands on every role', () => {
  const roles = resources.filter(([, { Type }]) => Type === 'AWS::IAM::Role');
  expect(roles.length).toBeGreaterThan(8);
  for (const [id, { Properties }] of roles) {
    expect([id, Properties['PermissionsBoundary']]).toEqual([id, EVERYTHING.permissions_boundary]);
  }
});

test('what lies outside the book is open to the collection alone, and only what was named', () => {
  const outside = granted.filter(
    (statement) => isPolicy(statement) && /:::(bills|carbon)|secret:/.test(JSON.stringify(statement)),
  );
  expect(new Set(outside.map(({ id }) => id.replace(/[A-F0-9]{8}$/, '')))).toEqual(
    new Set(['CollectionCollectFunctionRoleDefaultPolicy']),
  );
  const text = JSON.stringify(outside);
  for (const place of [
    '":s3:::bills/cur/*"',
    '":s3:::carbon/*"',
    ':secret:joulebook/electricity-maps-??????',
    '"arn:aws:secretsmanager:eu-west-1:210987654321:secret:watttime-AbC123"',
  ])
    expect(text).toContain(place);
});

test.each(['aws', 'aws-us-gov', 'aws-cn'])(
  'an ARN that the operator names may be of the partition %s, and no other stands in the template',
  (partition) => {
    // AWS makes exports in us-east-1 alone.
    const { exports: _, ...choices } = JSON.parse(
      JSON.stringify(EVERYTHING).replaceAll('arn:aws:', `arn:${partition}:`),
    );
    const text = JSON.stringify(templatesOf(choices));
    expect(new Set(text.match(/arn:aws[a-z-]*/g))).toEqual(new Set([`arn:${partition}`]));
  },
);

test('a secret’s own key is open to the collection, and a secret is turned by the function that was named', () => {
  const decrypting = granted.filter(({ Resource: on }) => on === KEY);
  expect(decrypting.map(({ id, Action }) => [id.slice(0, 17), Action])).toEqual([['CollectionCollect', 'kms:Decrypt']]);
  const schedules = resources.filter(([, { Type }]) => Type === 'AWS::SecretsManager::RotationSchedule');
  expect(schedules.map(([, { Properties }]) => Properties)).toEqual([
    {
      SecretId: 'joulebook/openai',
      RotationLambdaARN: TURNS,
      RotationRules: { AutomaticallyAfterDays: 7 },
      RotateImmediatelyOnUpdate: false,
    },
  ]);
});

describe('places in S3 that sources of the settings read', () => {
  const told = (places: readonly string[], joulebook: object) => () =>
    sketchOfApp({ joulebook, source_places: JSON.stringify(places) });
  test('are refused where the stack does not open them, by name', () => {
    expect(told(['s3://bills/cur/x', 's3://other/cur'], { reads: ['s3://bills/cur'] })).toThrow(
      'joulebook.reads: expected s3://other/cur, which a source of the settings reads, got s3://bills/cur',
    );
    expect(told(['s3://bills/cur-2'], { reads: ['s3://bills/cur'] })).toThrow('expected s3://bills/cur-2, which');
    expect(told(['s3://bills'], { reads: ['s3://bills/cur/'] })).toThrow('expected s3://bills, which');
    expect(told(['s3://bills/carbon'], {})).toThrow('got nothing');
  });

  test('are opened as folders, and as the one object of that name: no neighbour is', () => {
    const { stack } = sketchOfApp({ joulebook: { reads: ['s3://bills/cur', 's3://grid'] } });
    const policies = JSON.stringify(Template.fromStack(stack).findResources('AWS::IAM::Policy'));
    expect(policies.match(/":s3:::(bills|grid)\/[^"]*"/g)?.sort()).toEqual([
      '":s3:::bills/cur"',
      '":s3:::bills/cur/*"',
      '":s3:::grid/*"',
    ]);
  });

  test('are taken where a place or the exports of the stack hold them', () => {
    const joulebook = { reads: ['s3://bills/cur/'], exports: { bucket: 'example-exports' } };
    expect(told(['s3://bills/cur', 's3://example-exports/exports/joulebook-cur2/'], joulebook)).not.toThrow();
    expect(told(['s3://bills/a/b'], { reads: ['s3://bills'] })).not.toThrow();
  });
});

describe('the sender of letters', () => {
  const synthesise = (from: string | undefined, mail: object | undefined) =>
    sketchOfApp({ ...(from && { distribute_from: from }), joulebook: { mail } });

  test('that the settings name must be the one that the deployment opens', () => {
    expect(() => synthesise('books@example.com', { from: 'other@example.com' })).toThrow(
      'joulebook.mail.from: expected books@example.com, the sender in the settings (distribute.from), got other@example.com',
    );
    expect(() => synthesise('books@example.com', undefined)).toThrow('(distribute.from), got nothing');
  });

  test('may be opened before the settings name it', () => {
    expect(() => synthesise(undefined, { from: 'books@example.com' })).not.toThrow();
    expect(() => synthesise('books@example.com', { from: 'books@example.com' })).not.toThrow();
  });
});

describe('settings that would widen permissions are refused', () => {
  test.each([
    [{ reads: ['s3://*'] }, 'joulebook.reads.0: expected s3://bucket/prefix'],
    [{ reads: ['s3://bills/*'] }, 'joulebook.reads.0: expected a place without a star'],
    [{ reads: ['gs://bills'] }, 'joulebook.reads.0: expected s3://bucket/prefix'],
    [{ secrets: ['*'] }, 'joulebook.secrets.0: expected the name of one secret'],
    [{ secrets: ['prod/?'] }, 'joulebook.secrets.0: expected the name of one secret'],
    [{ secrets: ['arn:aws:secretsmanager:eu-west-1:123456789012:secret:*'] }, 'joulebook.secrets.0: expected the name'],
    [{ secrets: [{ id: '*' }] }, 'joulebook.secrets.0.id: expected the name of one secret'],
    [{ secrets: [{ id: 'a', key: '*' }] }, 'joulebook.secrets.0.key: expected the ARN of one kms key'],
    [
      { secrets: [{ id: 'a', rotation: { function: '*' } }] },
      'joulebook.secrets.0.rotation.function: expected the ARN',
    ],
    [{ services: ['iam'] }, 'joulebook.services.0: expected one of cloudwatch, cost-explorer'],
    [{ services: ['*'] }, 'joulebook.services.0: expected one of'],
    [
      { permissions_boundary: 'arn:aws:iam::123456789012:role/Admin' },
      'joulebook.permissions_boundary: expected the ARN',
    ],
    [{ exports: { bucket: '*' } }, 'joulebook.exports.bucket: expected the name of a bucket'],
    [{ agents: { packages: { x86_64: { bucket: 'p', key: '*', sha256: 'a' } } } }, 'joulebook.agents.packages.x86_64'],
    [{ policies: ['AdministratorAccess'] }, 'does not know "policies"'],
  ])('%j', (joulebook, words) => {
    expect(() => sketchOfApp({ joulebook })).toThrow(words);
  });

  test('also where they are typed, and where they are no settings at all', () => {
    expect(() => sketchOfApp({ joulebook: '{"reads":["s3://*"]}' })).toThrow('expected s3://bucket/prefix');
    expect(() => sketchOfApp({ joulebook: 'reads: all' })).toThrow('to be JSON, got reads: all');
  });
});
