import * as z from 'zod';

import { COMPONENTS } from '../lib/landing/record.ts';
import type { Progress } from './progress.ts';
import { plainWindows, windowsFrom } from './runs/state-text.ts';
import type { Baseline } from './spending.ts';

const SCHEMA = 'joulebook.agent-state/1';
const COUNT = /^\d+n$/;

const moment = {
  readAt: z.iso.datetime().transform((text) => new Date(text)),
  runningMs: z.number(),
  sinceBootMs: z.number(),
};

const device = z.object({
  component: z.enum(COMPONENTS),
  domain: z.string(),
  method: z.string(),
  basis: z.enum(['measured', 'modelled']),
  u95Ratio: z.number(),
  vendor: z.string().exactOptional(),
  model: z.string().exactOptional(),
});

const counter = z.object({
  ...moment,
  device,
  counter: z.object({ energyMicrojoules: z.bigint(), rangeMicrojoules: z.bigint() }),
});

/** The state as `stateText` writes it, its counts already bigints. */
const stateSchema = z.object({
  ...moment,
  schema: z.literal(SCHEMA),
  bootId: z.string(),
  cpuTime: z.object({ busyMicroseconds: z.bigint(), idleMicroseconds: z.bigint() }).optional().catch(undefined),
  counters: z.array(z.tuple([z.string(), counter])).transform((pairs) => new Map(pairs)),
  workloadTimes: z
    .array(z.tuple([z.string(), z.bigint()]))
    .transform((pairs) => pairs.map(([key, microseconds]) => ({ workload: { key }, microseconds }))),
  windows: z.unknown(),
});

type Kept = Pick<Progress, 'baseline' | 'windows'>;

/** What must survive the agent, as one line of JSON for the spool. */
export function stateText({ baseline, windows }: Kept): string {
  const { counters, workloadTimes, ...rest } = baseline;
  const plain = {
    schema: SCHEMA,
    ...rest,
    counters: [...counters],
    workloadTimes: workloadTimes.map(({ workload, microseconds, usage }) => [workload.key, usage ?? microseconds]),
    windows: plainWindows(windows),
  };
  return JSON.stringify(plain, (_, value) => (typeof value === 'bigint' ? `${value}n` : value));
}

/**
 * Reads such a line; `undefined` where it is of another version or broken: then counting begins anew, and the time without
 * an agent is a gap.
 */
export function maybeState(text: string | undefined): Kept | undefined {
  const state = stateSchema.safeParse(parsed(text)).data;
  if (!state) return undefined;
  const { schema: _, windows, cpuTime, ...rest } = state;
  const baseline: Baseline = { ...rest, cpuTime };
  return { baseline, windows: windowsFrom(windows) };
}

function parsed(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '', (_, value) =>
      typeof value === 'string' && COUNT.test(value) ? BigInt(value.slice(0, -1)) : value,
    );
  } catch {
    return undefined;
  }
}
