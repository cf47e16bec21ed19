import * as z from 'zod';

const MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000 };
const EVERY_MS = { least: 10_000, most: 24 * 3_600_000 };

const name = z.string().min(1);
const id = name.regex(/^[a-z0-9][a-z0-9-]*$/, 'expected lower-case letters, digits and hyphens').optional();
const url = z.url({ protocol: /^https?$/, error: 'expected an http or https address' });

const every = z.string().transform((text, context) => {
  const [, length, unit = ''] = /^(\d+)(s|m|h)$/.exec(text) ?? [];
  const everyMs = Number(length) * (MS[unit] ?? Number.NaN);
  if (everyMs >= EVERY_MS.least && everyMs <= EVERY_MS.most) return everyMs;
  context.addIssue(`expected 10s to 24h, such as 15m, got "${text}"`);
  return z.NEVER;
});

/** Workload names that become tags: each adds as many series as it has values. */
const NAMES = ['project', 'model_id', 'workload_type', 'workload_id'] as const;
const tags = z.array(z.enum(NAMES)).default(['project', 'model_id', 'workload_type']);
/** The labels as one text beside them, for a store that the book is made from. */
const tagsAndLabels = z.array(z.enum([...NAMES, 'labels'])).default(['project', 'model_id', 'workload_type']);

const s3 = z.strictObject({
  kind: z.literal('s3'),
  id,
  /** `s3://bucket/prefix`: the book's inbox. */
  path: z.string().regex(/^s3:\/\/[a-z0-9][a-z0-9.-]+(\/.*)?$/, 'expected s3://bucket/prefix'),
  region: name.optional(),
  /** For a store that speaks S3 and is not AWS. */
  endpoint: url.optional(),
});

const file = z.strictObject({ kind: z.literal('file'), id, path: name });

const influx = z
  .strictObject({
    kind: z.literal('influx'),
    id,
    /** Base address of the server: `/api/v2/write` of versions 2 and 3 is asked. */
    url,
    /** Bucket of version 2, database of version 3. */
    bucket: name,
    org: name.optional(),
    /** File whose text is the token, read anew for each delivery; or the variable that holds it. */
    token_file: name.optional(),
    token_env: name.optional(),
    workload_tags: tags,
  })
  .refine(({ token_file, token_env }) => token_file === undefined || token_env === undefined, {
    error: 'expected token_file or token_env, got both',
  });

const timestream = z.strictObject({
  kind: z.literal('timestream'),
  id,
  database: name,
  table: name,
  region: name.optional(),
  endpoint: url.optional(),
  workload_tags: tagsAndLabels,
});

const sink = z.discriminatedUnion('kind', [s3, file, influx, timestream], {
  error: ({ input }) =>
    `expected a sink with kind s3, file, influx or timestream, got ${JSON.stringify((input as { kind?: unknown })?.kind ?? null)}`,
});

/** Settings `sinks` of the agent: where records go. Every sink gets every record; none keeps them in the spool. */
export const sinkSettings = z
  .array(sink)
  .superRefine((sinks, context) => {
    const ids = sinks.map(idOf);
    ids.forEach((each, index) => {
      if (ids.indexOf(each) !== index)
        context.addIssue({
          code: 'custom',
          path: [index, 'id'],
          message: `expected an id of its own, "${each}" is taken`,
        });
    });
  })
  .default([]);

/** Settings `deliver` of the agent: when batches are cut and in which order they go. */
export const deliverSettings = z
  .strictObject({
    every: every.default(15 * 60_000),
    order: z.enum(['oldest', 'newest']).default('oldest'),
    /** Seconds that the end of the agent may wait until what lies in the spool is delivered; 0: it stays there. */
    at_stop_seconds: z.int().min(0).max(60).default(10),
  })
  .prefault({});

export type SinkSetting = z.infer<typeof sink>;
export type DeliverSettings = z.infer<typeof deliverSettings>;
type OfKind<Kind> = Extract<SinkSetting, { kind: Kind }>;
export type S3Setting = OfKind<'s3'>;
export type FileSetting = OfKind<'file'>;
export type InfluxSetting = OfKind<'influx'>;
export type TimestreamSetting = OfKind<'timestream'>;

/** The name under which the spool remembers what a sink has got: its own, or its kind where it has none. */
export function idOf({ id: own, kind }: Pick<SinkSetting, 'id' | 'kind'>): string {
  return own ?? kind;
}
