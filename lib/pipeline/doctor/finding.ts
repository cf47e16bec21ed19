/** One thing that the doctor looked at. */
export interface Finding {
  /** What was looked at: `settings`, `source bill`, `site leeds`, … */
  readonly about: string;
  /** `fine`; `note`: nothing is wrong, but a reader should know; `trouble`: figures are missing or will be. */
  readonly weight: 'fine' | 'note' | 'trouble';
  readonly what: string;
  /** What else there is to know of it, a line each. */
  readonly beside?: readonly string[];
  /** Why it matters; absent where all is well. */
  readonly why?: string;
  /** How to mend it. */
  readonly mend?: string;
}

/** What the doctor needs beside the workplace. */
export interface Surroundings {
  /** The month that is looked at, and the time that freshness is measured from, ISO 8601 UTC. */
  readonly month: string;
  readonly now: string;
  readonly settingsPath: string;
  /** Where the book is, as an address. */
  readonly bookAddress: string;
  readonly nodeVersion: string;
  /** Why nothing can be written at an address; undefined where it can. */
  whyNotWritable(address: string): Promise<string | undefined>;
  /** Why S3 cannot be asked; undefined where credentials and a region are there. */
  whyNoCredentials(): Promise<string | undefined>;
}

/** `1 file`, `3 files` */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
