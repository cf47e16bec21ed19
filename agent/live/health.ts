import type { Level } from '../../lib/landing/activity-record.ts';

/** How the agent itself is, as its parts tell it. What a part does not know is absent, never zero. */
export interface AgentHealth {
  readonly build: { readonly version: string; readonly node: string };
  readonly process: ProcessUse;
  /** Wall time of the last tick. */
  readonly tickSeconds?: number | undefined;
  readonly spool?: SpoolHealth | undefined;
  /** Failed deliveries by sink. */
  readonly sinkFailures: Readonly<Record<string, number>>;
  /** Failed reads by sensor, then by reason. */
  readonly readErrors: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** When each target last answered; `undefined` where it never has. */
  readonly scrapedAt: Readonly<Record<string, Date | undefined>>;
  /** Gauges as the targets showed them last. */
  readonly levels?: readonly TargetLevel[];
}

/** A gauge of one target, by model where it names one. */
export interface TargetLevel {
  readonly target: string;
  readonly model: string | undefined;
  readonly level: Level;
  readonly value: number;
}

/** What this process has used. */
export interface ProcessUse {
  readonly cpuSeconds: number;
  readonly residentBytes: number;
  readonly startedAt: Date;
}

export interface SpoolHealth {
  readonly records: number;
  readonly bytes: number;
  readonly oldestUnsentAt?: Date | undefined;
  readonly dropped: number;
  readonly quarantined: number;
  /** Why nothing can be written at the moment: `disk full`. */
  readonly failure?: string | undefined;
}

/** What keeps the agent from doing its work, in words; none where it is well. */
export function faultsOf({
  health,
  tickAgeSeconds,
  staleAfterSeconds,
}: {
  readonly health: AgentHealth | undefined;
  /** `undefined` before the first tick. */
  readonly tickAgeSeconds: number | undefined;
  readonly staleAfterSeconds: number;
}): string[] {
  const faults: string[] = [];
  if (tickAgeSeconds === undefined) faults.push('no tick yet');
  else if (tickAgeSeconds > staleAfterSeconds)
    faults.push(`the last tick was ${Math.round(tickAgeSeconds)} s ago: expected at most ${staleAfterSeconds} s`);
  if (health?.spool?.failure) faults.push(`the spool cannot be written: ${health.spool.failure}`);
  return faults;
}
