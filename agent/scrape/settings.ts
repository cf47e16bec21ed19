import * as z from 'zod';
import type { Level, Measure } from '../../lib/landing/activity-record.ts';
import { FRAMEWORK_NAMES } from './catalogue.ts';

/** Measures that a training job may say of itself: what adds up, and what has a level at each moment. */
const TRAINING_COUNTED = ['steps', 'samples', 'training_tokens'] as const satisfies readonly Measure[];
const TRAINING_LEVELS = ['loss', 'accuracy', 'learning_rate'] as const satisfies readonly Level[];
const WORKLOAD_TYPES = ['data_preparation', 'training', 'evaluation', 'deployment', 'inference', 'other'] as const;

const MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000 };
const INTERVAL_MS = { least: 1000, most: 60_000 };
const METRIC_NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;

const interval = z.string().transform((text, context) => {
  const [, count, unit = ''] = /^(\d+(?:\.\d+)?)(ms|s|m)$/.exec(text) ?? [];
  const length = Number(count) * (MS[unit] ?? Number.NaN);
  if (length >= INTERVAL_MS.least && length <= INTERVAL_MS.most) return length;
  context.addIssue(`expected 1s to 60s, such as 5s, got "${text}"`);
  return z.NEVER;
});

const url = z.string().refine((text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol), {
  error: ({ input }) => `expected an http or https address, got "${input}"`,
});

const allowed = z.strictObject({
  metric: z.string().regex(METRIC_NAME),
  /** Labels that a series must have, where several have the name: `{ split: eval }`. */
  where: z.record(z.string().min(1), z.string()).default({}),
  measure: z.enum([...TRAINING_COUNTED, ...TRAINING_LEVELS]),
});

const target = z
  .strictObject({
    url,
    /** `auto` tells by the names on the page. */
    framework: z.enum(['auto', ...FRAMEWORK_NAMES]).default('auto'),
    /** Its name in records and on the agent's own page; host and port where none is given. */
    name: z.string().min(1).optional(),
    /** Whose work it is, where the page does not say. */
    set: z
      .strictObject({
        project: z.string().min(1).optional(),
        model_id: z.string().min(1).optional(),
        workload_type: z.enum(WORKLOAD_TYPES).optional(),
        workload_id: z.string().min(1).optional(),
      })
      .default({}),
    labels: z.record(z.string().min(1), z.string().min(1)).default({}),
    /** A file whose text is sent as the bearer token, read anew for each scrape. */
    token_file: z.string().min(1).optional(),
    interval: interval.default(5000),
    allow: z.array(allowed).default([]),
    /** GPUs that it serves from, by UUID: what they draw tells whether a counter that stands still can be right. */
    gpu: z
      .union([
        z
          .string()
          .min(1)
          .transform((uuid) => [uuid]),
        z.array(z.string().min(1)),
      ])
      .default([]),
  })
  .refine(({ framework, allow }) => (framework === 'training') === allow.length > 0, {
    error: 'expected a list `allow` beside `framework: training`, and nowhere else',
  });

/** The setting `scrape`: a list of targets, none where it is absent. */
export const scrapeSettings = z.array(target).default([]);

export type ScrapeTarget = z.infer<typeof target>;
