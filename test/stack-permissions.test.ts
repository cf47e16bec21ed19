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

/** Everything that can be chosen, chosen: more is granted than by default. */
const EVERYTHING = {
  reads: ['s3://bills/cur/', 's3://carbon'],
  secrets: ['joulebook/electricity-maps'],
  services: ['cloudwatch', 'cost-explorer', 'sustainability', 'web-identity'],
  permissions_boundary: 'arn:aws:iam::123456789012:policy/Bound',
  book: { encryption: 'kms', object_lock: { mode: 'governance' } },
  exports: { bucket: 'example-exports', focus: true },
  telemetry: { kind: 'timestream', database: 'telemetry', table: 'hosts' },
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

describe('every IAM statement', () => {
  test('is listed here: as many as are reviewed', () => {
    const services = granted
      .filter(isPolicy)
      .flatMap(({ Action }) => [Action].flat().map((action) => action.split(':')[0]));
    expect([...new Set(services)].sort()).toEqual([
      'ce',
      'cloudwatch',
      'kms',
      'lambda',
      'logs',
      's3',
      'secretsmanager',
      'sns',
      'sqs',
      'states',
      'sts',
      'sustainability',
      'timestream',
      'xray',
    ]);
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
    'arn:aws:s3:::bills/cur/*',
    'arn:aws:s3:::carbon/*',
    ':secret:joulebook/electricity-maps-??????',
  ])
    expect(text).toContain(place);
});

describe('settings that would widen permissions are refused', () => {
  test.each([
    [{ reads: ['s3://*'] }, 'joulebook.reads.0: expected s3://bucket/prefix'],
    [{ reads: ['s3://bills/*'] }, 'joulebook.reads.0: expected a place without a star'],
    [{ reads: ['gs://bills'] }, 'joulebook.reads.0: expected s3://bucket/prefix'],
    [{ secrets: ['*'] }, 'joulebook.secrets.0: expected the name of one secret'],
    [{ secrets: ['prod/?'] }, 'joulebook.secrets.0: expected the name of one secret'],
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
