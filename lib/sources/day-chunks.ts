import { DAY_MS, daysOf, secondsIso } from '../units/period.ts';
import type { AskRequest } from './live.ts';

/** A run of whole days, half-open in UTC: `2026-06-01T00:00:00Z` to `2026-06-11T00:00:00Z`. */
export interface DayChunk {
  /** `2026-06-01`: the name that the answer lands by. */
  readonly day: string;
  /** First and last day, for people: `2026-06-01 to 2026-06-10`. */
  readonly part: string;
  readonly from: string;
  readonly to: string;
}

/** The days of the month that had begun by `asOf`, in chunks of at most `days`, for providers that answer no longer range. */
export function dayChunks({ period, asOf }: Pick<AskRequest, 'period' | 'asOf'>, days: number): DayChunk[] {
  const begun = daysOf(period).filter((day) => `${day}T00:00:00Z` < asOf);
  const chunks: DayChunk[] = [];
  for (let first = 0; first < begun.length; first += days) {
    const held = begun.slice(first, first + days);
    const [day = '', last = ''] = [held[0], held.at(-1)];
    chunks.push({ day, part: `${day} to ${last}`, from: `${day}T00:00:00Z`, to: later(`${last}T00:00:00Z`, 1) });
  }
  return chunks;
}

/** An instant some days later, as `2026-06-01T00:00:00Z`. */
export function later(instant: string, days: number): string {
  return secondsIso(new Date(Date.parse(instant) + days * DAY_MS));
}
