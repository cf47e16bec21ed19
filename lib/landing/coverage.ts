import { DAY_MS, type Period } from '../units/period.ts';
import type { Receipt } from './receipt.ts';
import { currentReceipts } from './receipts.ts';

/**
 * The instant up to which sources have a month, ISO 8601 UTC: the end of the last day that a landed file of them tells of.
 * Undefined where none does. The last day counts as covered although it may still grow: a day that is short for some hours is
 * mended by the next delivery, a day that two sources tell of would be counted twice.
 */
export function coveredUntil(
  receipts: readonly Receipt[],
  sourceIds: readonly string[],
  period: Period,
): string | undefined {
  const events = currentReceipts(receipts.filter(({ source_id }) => sourceIds.includes(source_id)))
    .flatMap(({ contract }) => contract.last_event ?? [])
    .filter((event) => event >= period.from);
  const last = events.sort().at(-1);
  return last && endOfDay(last, period);
}

function endOfDay(instant: string, { to }: Period): string {
  const end = new Date(Date.parse(`${instant.slice(0, 10)}T00:00:00Z`) + DAY_MS).toISOString();
  const text = `${end.slice(0, 19)}Z`;
  return text < to ? text : to;
}
