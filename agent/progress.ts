import { type Account, EMPTY_ACCOUNT, withTick } from './account.ts';
import type { Look } from './look.ts';
import { type RunWindow, windowWithTick } from './runs/windows.ts';
import { type Baseline, baselineOf, type Spending, spendingSince } from './spending.ts';

/** How far the agent has come: everything that must survive it lies in `baseline` and `windows`; the account is not booked yet. */
export interface Progress {
  readonly baseline: Baseline;
  readonly account: Account;
  /** Open runs by their run_id. */
  readonly windows: ReadonlyMap<string, RunWindow>;
}

/** Where an agent begins: at a first look, which has spent nothing yet. */
export function startAt(look: Look): Progress {
  return resumeFrom(baselineOf(look));
}

/** Where an agent goes on that was there before: its counters tell what was spent meanwhile. */
export function resumeFrom(baseline: Baseline, windows: Progress['windows'] = new Map()): Progress {
  return { baseline, account: EMPTY_ACCOUNT, windows };
}

/** One look further. */
export function advance(
  progress: Progress,
  look: Look,
): { readonly progress: Progress; readonly spendings: readonly Spending[] } {
  const { spendings, after } = spendingSince(progress.baseline, look);
  const windows = [...progress.windows].map(([id, window]) => [id, windowWithTick(window, spendings)] as const);
  return {
    spendings,
    progress: { baseline: after, account: withTick(progress.account, spendings), windows: new Map(windows) },
  };
}

/** The same progress once its account is booked. */
export function booked(progress: Progress): Progress {
  return { ...progress, account: EMPTY_ACCOUNT };
}

/** Whether an interval ends between two looks: intervals end at whole multiples of their length, so none straddles an hour. */
export function isIntervalOver(before: Date, after: Date, intervalMs: number): boolean {
  return Math.floor(before.getTime() / intervalMs) !== Math.floor(after.getTime() / intervalMs);
}
