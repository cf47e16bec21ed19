import * as z from 'zod';

import { OUTCOMES } from './windows.ts';

const name = z.string().min(1).max(256);

/** Body of `POST /runs`: opens a run. Unknown fields are refused, so that a slip of the pen does not go unseen. */
export const openRunSchema = z.strictObject({
  run_id: name,
  solution_id: name.optional(),
  project: name.optional(),
  model_id: name.optional(),
  workload_type: name.optional(),
  workload_id: name.optional(),
  /** A process of the run: its control group is then the run's. */
  pid: z.int().positive().optional(),
});

/** Body of `POST /runs/<run_id>/end`. */
export const endRunSchema = z.strictObject({
  outcome: z.enum(OUTCOMES),
  target_metric: name.optional(),
  target_value: z.number().optional(),
});

export type OpenRun = z.infer<typeof openRunSchema>;
export type EndRun = z.infer<typeof endRunSchema>;
