import type { Construct } from 'constructs';
import { z } from 'zod';

import { mailChoices, notifyChoices } from './notification-choices.ts';

/*
 * What the operator may choose of the stacks: the context `joulebook` in cdk.json, or `-c joulebook='{…}'`. All of it is
 * optional. It is the one place where permissions are widened, and each of them is named: a star is refused.
 */

const name = z.string().min(1);
const withoutStar = (text: string) => !/[*?]/.test(text);
const place = z
  .string()
  .regex(/^s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](\/.*)?$/, 'expected s3://bucket/prefix')
  .refine(withoutStar, 'expected a place without a star');
const secretName = z
  .string()
  .regex(/^[A-Za-z0-9/_+=.@-]+$/, 'expected the name of one secret: letters, digits and /_+=.@-');
const timeZone = z.string().refine(isTimeZone, 'expected a time zone such as Europe/Berlin');
const bucketName = z.string().regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'expected the name of a bucket');
const arnOf = (service: string, resource: string) =>
  z
    .string()
    .regex(
      new RegExp(`^arn:aws[a-z-]*:${service}:[a-z0-9-]*:(\\d{12}|aws):${resource}[A-Za-z0-9/_+=,.@-]+$`),
      `expected the ARN of one ${service} ${resource.replace(/\/$/, '')}`,
    );

const agentPackage = z.strictObject({
  bucket: bucketName,
  key: name.refine(withoutStar, 'expected a key without a star'),
  sha256: z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 hexadecimal digits'),
});

const telemetryStore = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('s3') }).describe('Hosts write to the inbox of the book, as every account can'),
  z
    .strictObject({
      kind: z.literal('timestream'),
      database: z.string().regex(/^[A-Za-z0-9_.-]{3,64}$/, 'expected 3 to 64 letters, digits, _ . -'),
      table: z.string().regex(/^[A-Za-z0-9_.-]{3,64}$/, 'expected 3 to 64 letters, digits, _ . -'),
      memory_hours: z.number().int().min(1).max(8766).default(24),
      magnetic_days: z.number().int().min(1).max(73000).default(400),
    })
    .describe('Timestream for LiveAnalytics as well: for accounts that used it before 2025-06-20'),
  z
    .strictObject({
      kind: z.literal('influx'),
      vpc_id: z.string().regex(/^vpc-([0-9a-f]{8}|[0-9a-f]{17})$/, 'expected the id of a VPC'),
      subnet_ids: z
        .array(z.string().regex(/^subnet-([0-9a-f]{8}|[0-9a-f]{17})$/, 'expected the id of a subnet'))
        .min(1),
      instance_type: z.string().startsWith('db.influx.').default('db.influx.medium'),
      storage_gib: z.number().int().min(20).max(15360).default(20),
      bucket: name.default('joulebook'),
      organisation: name.default('joulebook'),
    })
    .describe('Timestream for InfluxDB in a VPC that is there'),
]);

const SERVICES = ['cloudwatch', 'cost-explorer', 'sustainability', 'web-identity'] as const;

const deploymentSchema = z.strictObject({
  reads: z.array(place).default([]).describe('Places outside the book that `collect` may read'),
  secrets: z.array(secretName).default([]).describe('Secrets of Secrets Manager that `collect` may read'),
  services: z.array(z.enum(SERVICES)).default([]).describe('Services that `collect` may ask'),
  concurrency: z.number().int().min(1).max(10_000).default(40).describe('Shards that are worked on at a time'),
  permissions_boundary: arnOf('iam', 'policy/').optional().describe('Managed policy that bounds every role'),
  book: z
    .strictObject({
      encryption: z.enum(['s3', 'kms']).default('s3').describe('Keys of S3, or a key of its own that turns yearly'),
      object_lock: z
        .strictObject({
          mode: z.enum(['governance', 'compliance']),
          years: z.number().int().min(1).max(100).default(10),
        })
        .optional()
        .describe('What is landed and disclosed cannot be removed for years; only for a new book'),
      inbox_days: z.number().int().min(2).default(90).describe('Days that what agents sent stays in agent/ and runs/'),
    })
    .prefault({}),
  schedules: z
    .strictObject({ enabled: z.boolean().default(true), time_zone: timeZone.default('Etc/UTC') })
    .prefault({})
    .describe('When telemetry and bills land and months close'),
  exports: z
    .strictObject({ bucket: bucketName, focus: z.boolean().default(false) })
    .optional()
    .describe('Makes AWS Data Exports in us-east-1, into a bucket of this name'),
  telemetry: telemetryStore.prefault({ kind: 's3' }),
  notify: notifyChoices.describe('Who hears of alarms'),
  mail: mailChoices.describe('Lets the disclosure be mailed'),
  agents: z
    .strictObject({
      packages: z.strictObject({ x86_64: agentPackage.optional(), aarch64: agentPackage.optional() }),
      tag: z.strictObject({ key: name, value: name }).optional(),
    })
    .optional()
    .describe('Installs the host agent on EC2 instances'),
});

export type Deployment = z.infer<typeof deploymentSchema>;

/** Reads the operator's choices. Throws for each fault with its path, what is allowed and what stood there. */
export function deploymentOf(scope: Construct): Deployment {
  const written: unknown = scope.node.tryGetContext('joulebook') ?? {};
  const result = deploymentSchema.safeParse(typeof written === 'string' ? parsed(written) : written);
  if (result.success) return result.data;
  const faults = result.error.issues.map((issue) => `  ${['joulebook', ...issue.path].join('.')}: ${faultIn(issue)}`);
  throw new Error(`Cannot deploy by these settings:\n${faults.join('\n')}`);
}

function faultIn(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_value') return `expected one of ${issue.values.map(String).join(', ')}`;
  if (issue.code === 'unrecognized_keys') return `does not know ${issue.keys.map((key) => `"${key}"`).join(', ')}`;
  return issue.message.replace(/^Invalid input: /, '');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`Cannot deploy by these settings: expected -c joulebook='{…}' to be JSON, got ${text}`);
  }
}

function isTimeZone(text: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: text });
    return true;
  } catch {
    return false;
  }
}
