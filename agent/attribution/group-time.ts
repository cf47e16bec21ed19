import { type Step, type TimeByVoice, withStep } from './dealt-time.ts';

/** What is known of a control group's CPU time at a look, in microseconds. */
export interface GroupTime {
  /** As its file last said; `undefined` where it has not said anything yet. */
  readonly usage: bigint | undefined;
  /** What the group used since the look before, with all that lies in it. */
  readonly used: bigint;
  /** What groups inside have claimed beyond what this one counted, not yet made up for: at most zero. */
  readonly debt: bigint;
  /** Its own time, without that of the workloads inside, by voice. */
  readonly times: TimeByVoice;
}

/** What a look says of a group. */
export interface GroupLook {
  /** `undefined` where its file did not answer this time. */
  readonly usage: bigint | undefined;
  /** What the workloads directly inside used since the look before. */
  readonly usedInside: bigint;
  /** The group was counted as a part of another one before it was found. */
  readonly isLate: boolean;
  readonly voices: Step['voices'];
  /** CPU time of the processes of each voice since the look before. */
  readonly spoken: TimeByVoice;
}

const NONE: TimeByVoice = new Map();

/**
 * A group's time one look further. A pod counts its containers too: what it used beside them is its own. Files are not read in
 * the same instant, so the parts may run ahead of the whole for a moment; that is made up for before anything is its own.
 */
export function groupTimeAfter(before: GroupTime | undefined, look: GroupLook): GroupTime {
  const usage = look.usage ?? before?.usage;
  const used = usage === undefined ? 0n : usedSince(before, usage, look.isLate);
  const own = used - look.usedInside + (before?.debt ?? 0n);
  const spent = own > 0n ? own : 0n;
  const times = withStep(before?.times ?? NONE, { microseconds: spent, voices: look.voices, spoken: look.spoken });
  return { usage, used, debt: own < 0n ? own : 0n, times };
}

/** A group that is new counts from its beginning; one that was begun anew stands lower than before, and all of it is new. */
function usedSince(before: GroupTime | undefined, usage: bigint, isLate: boolean): bigint {
  if (before?.usage !== undefined) return usage >= before.usage ? usage - before.usage : usage;
  return before || isLate ? 0n : usage;
}
