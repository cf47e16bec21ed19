import * as z from 'zod';

const MIB = 1024 ** 2;
const DEFAULT_FOLDER = '/var/lib/joulebook-agent';

/** Settings `spool` of the agent: where records wait for their delivery, and how much of the disk they may take. */
export const spoolSettings = z
  .strictObject({
    /** systemd's state directory of the service, where it runs as one; else `/var/lib/joulebook-agent`. */
    folder: z.string().min(1).optional(),
    /** Above it the oldest records are dropped, and counted. */
    max_bytes: z
      .int()
      .min(4 * MIB, 'expected at least 4 MiB')
      .default(1024 * MIB),
  })
  .prefault({});

export type SpoolSettings = z.infer<typeof spoolSettings>;

/** The folder of the spool: as the settings say, else as systemd does, else its usual place. */
export function spoolFolder({ folder }: SpoolSettings, stateDirectory: string | undefined): string {
  const [own] = stateDirectory?.split(':') ?? [];
  return folder ?? (own || DEFAULT_FOLDER);
}
