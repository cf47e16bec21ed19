import * as z from 'zod';

import { COMPONENTS } from '../../lib/landing/record.ts';
import type { RunWindow } from './windows.ts';

const component = z.enum(COMPONENTS);
const name = z.string().nullable().exactOptional();
const energies = z.array(z.tuple([component, z.bigint()])).transform((pairs) => new Map(pairs));

/** A window as `plainWindows` gives it and JSON keeps it; the state's own reviver has made bigints of its counts. */
const windowSchema = z.object({
  run_id: z.string(),
  solution_id: z.string().optional(),
  names: z.object({ project: name, model_id: name, workload_type: name, workload_id: name }),
  pid: z.int().optional(),
  startedAt: z.iso.datetime().transform((text) => new Date(text)),
  startedMs: z.number().optional(),
  workloadKeys: z.array(z.string()).transform((keys) => new Set(keys)),
  attributed: energies,
  host: energies,
  gaps: z.array(component).transform((components) => new Set(components)),
  silent: z
    .array(z.string())
    .default([])
    .transform((domains) => new Set(domains)),
});

/** Open runs as plain values for the agent's state. */
export function plainWindows(windows: ReadonlyMap<string, RunWindow>): unknown[] {
  return [...windows.values()].map(({ workloadKeys, attributed, host, gaps, silent, ...rest }) => ({
    ...rest,
    workloadKeys: [...workloadKeys],
    attributed: [...attributed],
    host: [...host],
    gaps: [...gaps],
    silent: [...silent],
  }));
}

/** Reads them back; a run that cannot be read is forgotten. */
export function windowsFrom(value: unknown): ReadonlyMap<string, RunWindow> {
  const plain = Array.isArray(value) ? value : [];
  const windows = plain.map((each): RunWindow | undefined => windowSchema.safeParse(each).data);
  return new Map(windows.flatMap((window) => (window ? [[window.run_id, window]] : [])));
}
