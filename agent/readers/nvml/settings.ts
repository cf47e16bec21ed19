import * as z from 'zod';

/** Settings of NVIDIA GPUs. */
export const nvidiaSchema = z.strictObject({
  enabled: z.boolean().optional(),
  /** The driver's library, where it lies elsewhere than the system's own places. */
  library: z.string().min(1).optional(),
  /** Watts when nobody uses the GPU: for all of them, or by UUID. */
  idle_watts: z.union([z.number().nonnegative(), z.record(z.string(), z.number().nonnegative())]).optional(),
});
export type NvidiaSettings = z.infer<typeof nvidiaSchema>;
