import type { Construct } from 'constructs';
import { z } from 'zod';

import { arnOf } from './arn.ts';
import { mailChoices, notifyChoices } from './notification-choices.ts';
import { secretChoices } from './secret-choices.ts';

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
const timeZone = z.string().refine(isTimeZone, 'expected a time zone such as Europe/Berlin');
const bucketName = z.string().regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'expected the name of a bucket');

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
      unload: z
        .boolean()
        .default(false)
        .describe('Lets `collect` have the records written into the book and read them'),
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
  secrets: secretChoices,
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
        .describe('What functions land and disclose cannot be removed for years; only for a new book'),
      // What a host sent on the last day of a month is collected by the close of the fifth working day, or by that of the 22nd.
      inbox_days: z.number().int().min(30).default(90).describe('Days that what agents sent stays in agent/ and runs/'),
    })
    .prefault({}),
  schedules: z
    .strictObject({
      enabled: z.boolean().default(true),
      time_zone: timeZone.default('Etc/UTC'),
      watch: z.enum(['hourly', 'daily', 'never']).default('hourly').describe('How often alarms are judged'),
    })
    .prefault({})
    .describe('When telemetry and bills land, alarms are judged and months close'),
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

/** The choices of a deployment, complete. */
export type Deployment = z.infer<typeof deploymentSchema>;

/** The folder of the bucket of exports into which AWS delivers. */
export const EXPORTS_PREFIX = 'exports';

/** Places outside the book that `collect` may read: those of the operator, and the exports of the stack itself. */
export function placesRead({ reads, exports }: Deployment): string[] {
  return exports ? [...reads, `s3://${exports.bucket}/${EXPORTS_PREFIX}/`] : reads;
}

/** The context that holds the sender of the settings, where they name one. */
export const SENDER = 'distribute_from';

/** The context that holds the places in S3 that sources of the settings read, beside the book: JSON, a list of addresses. */
export const PLACES = 'source_places';

/** Reads the operator's choices. Throws for each fault with its path, what is allowed and what stood there. */
export function deploymentOf(scope: Construct): Deployment {
  const written: unknown = scope.node.tryGetContext('joulebook') ?? {};
  const result = deploymentSchema.safeParse(typeof written === 'string' ? parsed(written) : written);
  const faults = result.success
    ? [...senderFaults(result.data, scope), ...placeFaults(result.data, scope)]
    : result.error.issues.map((issue) => `${issue.path.join('.')}: ${faultIn(issue)}`);
  if (result.success && faults.length === 0) return result.data;
  throw new Error(`Cannot deploy by these settings:\n${faults.map((fault) => `  joulebook.${fault}`).join('\n')}`);
}

/** The settings name the sender and the deployment lets it be used: `npm run deploy` tells the one, so that both agree. */
function senderFaults({ mail }: Deployment, scope: Construct): string[] {
  const sender: unknown = scope.node.tryGetContext(SENDER);
  if (sender === undefined || sender === mail?.from) return [];
  return [
    `mail.from: expected ${sender}, the sender in the settings (distribute.from), got ${mail?.from ?? 'nothing'}`,
  ];
}

/** A source that the stack may not read would be a gap from its first month on. */
function placeFaults(deployment: Deployment, scope: Construct): string[] {
  const told: unknown = scope.node.tryGetContext(PLACES);
  const places = typeof told === 'string' ? z.array(z.string()).parse(parsed(told)) : [];
  const open = placesRead(deployment);
  const isOpen = (address: string) => open.some((granted) => covers(granted, address));
  return places
    .filter((address) => !isOpen(address))
    .map(
      (address) =>
        `reads: expected ${address}, which a source of the settings reads, got ${open.join(', ') || 'nothing'}`,
    );
}

/** Whether what a place opens (lib/stack/collection.ts) holds all objects of an address. */
function covers(granted: string, address: string): boolean {
  const folder = (place: string) => `${place.replace(/\/+$/, '')}/`;
  return folder(address).startsWith(folder(granted));
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
