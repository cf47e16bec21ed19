import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Bucket } from 'aws-cdk-lib/aws-s3';

import { AgentHosts, type AgentHostsProps } from '../lib/stack/agent-hosts.ts';
import type { Book } from '../lib/stack/book.ts';
import { sketchOfApp } from '../lib/stack/joulebook-app.ts';

interface Statement {
  readonly Action: string | string[];
  readonly Resource: unknown;
}
interface Resource {
  readonly Type: string;
  readonly Properties: {
    readonly PolicyDocument: { readonly Statement: Statement[] };
    readonly ManagedPolicyArns: { readonly Ref: string }[];
    readonly Content: { readonly mainSteps: { readonly inputs: { readonly runCommand: unknown[] } }[] };
    readonly Targets: object[];
  };
}

const DIGEST = 'a'.repeat(64);

/** The app with hosts beside it, checked against the rules of cdk-nag as every synthesis is. */
function synthesise(more: (scope: Book) => Partial<AgentHostsProps> = () => ({})) {
  const app = sketchOfApp();
  const book = app.stack.node.findChild('Book') as Book;
  const bucket = Bucket.fromBucketName(app.stack, 'Packages', 'packages');
  const packages = { x86_64: { bucket, key: 'agent/x86_64.tar.gz', sha256: DIGEST } };
  const hosts = new AgentHosts(app.stack, 'Agents', { book, packages, ...more(book) });
  hosts.open(new Role(app.stack, 'GpuHost', { assumedBy: new ServicePrincipal('ec2.amazonaws.com') }));
  const template = app.synth().getStackArtifact(app.stack.artifactId).template as {
    Resources: Record<string, Resource>;
  };
  const named = Object.entries(template.Resources);
  return (type: string) =>
    named.filter(([, { Type }]) => Type === type).map(([id, one]) => ({ id, ...one.Properties }));
}

function rightsOf(every: ReturnType<typeof synthesise>): Statement[] {
  return every('AWS::IAM::ManagedPolicy').flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
}

describe('hosts with an agent', () => {
  const every = synthesise();
  const rights = rightsOf(every);

  test('may put objects into the inbox, fetch their package, and do nothing else', () => {
    expect(rights.map(({ Action }) => Action)).toEqual(['s3:PutObject', 's3:GetObject']);
    const text = rights.map(({ Resource }) => JSON.stringify(Resource));
    expect(text[0]?.match(/"\/[^"]*"/g)).toEqual(['"/agent/*"', '"/runs/*"']);
    expect(text[1]).toMatch(/packages\/agent\/x86_64\.tar\.gz"/);
    expect(text[1]).not.toContain('*');
  });

  test('get these rights by their role alone', () => {
    const policies = every('AWS::IAM::ManagedPolicy').map(({ id }) => id);
    const attached = every('AWS::IAM::Role').flatMap(({ ManagedPolicyArns = [] }) =>
      ManagedPolicyArns.map(({ Ref }) => Ref),
    );
    expect(attached).toEqual(policies);
  });

  test('are told where the book is, and compare the package with its digest before they unpack it', () => {
    const lines = every('AWS::SSM::Document').flatMap(({ Content }) => Content.mainSteps[0]?.inputs.runCommand ?? []);
    const text = lines.map((line) => JSON.stringify(line));
    const lineWith = (words: string) => text.findIndex((line) => line.includes(words));
    expect(text[lineWith('"kind')] ?? text[lineWith('kind')]).toMatch(/s3:\/\/.*"Ref":"BookBucket/);
    expect(text[lineWith(DIGEST)]).toContain('s3://packages/agent/x86_64.tar.gz');
    expect(lineWith('sha256sum --check')).toBeGreaterThan(lineWith('aws s3 cp'));
    expect(lineWith('tar -xzf')).toBeGreaterThan(lineWith('sha256sum --check'));
  });

  test('are not installed on by themselves where no tag is named', () => {
    expect(every('AWS::SSM::Association')).toEqual([]);
    const tagged = synthesise(() => ({ tag: { key: 'joulebook-agent', value: 'on' } }));
    expect(tagged('AWS::SSM::Association')).toMatchObject([
      { Targets: [{ Key: 'tag:joulebook-agent', Values: ['on'] }] },
    ]);
  });

  test('may use the key of the book and write to a table only where there is one', () => {
    const more = rightsOf(
      synthesise((book) => ({
        bookKey: Key.fromKeyArn(book, 'Key', 'arn:aws:kms:eu-west-1:111122223333:key/1'),
        timestream: { database: 'energy', table: 'hosts' },
      })),
    );
    expect(more.slice(2)).toMatchObject([
      { Action: 'kms:GenerateDataKey', Resource: 'arn:aws:kms:eu-west-1:111122223333:key/1' },
      { Action: ['timestream:DescribeTable', 'timestream:WriteRecords'] },
      { Action: 'timestream:DescribeEndpoints', Resource: '*' },
    ]);
    expect(JSON.stringify(more[3]?.Resource)).toContain(':database/energy/table/hosts"');
  });

  test('get no package that cannot be compared', () => {
    const bad = (book: Book) => ({
      packages: { aarch64: { bucket: book.bucket as never, key: 'k', sha256: 'deadbeef' } },
    });
    expect(() => synthesise(bad)).toThrow(
      'Cannot install the agent: expected a SHA-256 of 64 hexadecimal digits, got "deadbeef"',
    );
  });
});
