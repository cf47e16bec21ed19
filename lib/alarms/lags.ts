import type { Receipt } from '../landing/receipt.ts';
import type { FactTable } from '../sources/source.ts';
import { DAY_MS, HOUR_MS, type Period } from '../units/period.ts';
import type { Lag } from './signals.ts';

/** A source of the settings with the tables that it feeds. */
export interface WatchedSource {
  readonly id: string;
  readonly tables: readonly FactTable[];
  /** Ids of the sources whose missing days it fills: what they have is asked of it no more. */
  readonly fillsInFor?: readonly string[];
  /** Its provider was asked for the month, and nothing is missing. */
  readonly isAnswered?: boolean;
}

/** Providers publish a month's emissions until this day of the next month (docs/sources.md). */
const PUBLISHED_AFTER_DAYS = 21;

/**
 * How far each source lags behind: a bill, telemetry, a grid or a server from its last event to now, a provider's report
 * from the day on which it is due. Runs come when they come, with their energy or without: a source of runs is never late. Where a
 * provider counts requests (CloudWatch), hours without any have no row: it is late only where it has not answered.
 */
export function lagsOf(
  sources: readonly WatchedSource[],
  receipts: readonly Receipt[],
  { period, asOf }: { readonly period: Period; readonly asOf: string },
): Lag[] {
  return sources.flatMap(({ id, tables, fillsInFor = [], isAnswered = false }) => {
    const own = receipts.filter(
      ({ source_id, contract }) => contract.rows > 0 && (source_id === id || fillsInFor.includes(source_id)),
    );
    if (tables.includes('fct_run')) return [];
    if (isAnswered && own.length > 0 && tables.every((table) => table === 'fct_activity'))
      return [{ source_id: id, hours: 0 }];
    if (tables.every((table) => table === 'fct_grid_intensity') && own.some((each) => isOfWholeMonth(each, period)))
      return [{ source_id: id, hours: 0 }];
    const isReport = tables.every((table) => table === 'fct_provider_emissions');
    const hours = isReport ? hoursOverdue(own, period, asOf) : hoursBehind(own, period, asOf);
    return [{ source_id: id, hours }];
  });
}

/** A mean of the month or the year bears the month's beginning, and will not be followed by another. */
function isOfWholeMonth({ contract: { first_event, last_event } }: Receipt, { from }: Period): boolean {
  return first_event !== null && first_event <= from && first_event === last_event;
}

function hoursOverdue(receipts: readonly Receipt[], { to }: Period, asOf: string): number {
  const due = Date.parse(to) + PUBLISHED_AFTER_DAYS * 24 * HOUR_MS;
  return receipts.length > 0 ? 0 : Math.max(0, (Date.parse(asOf) - due) / HOUR_MS);
}

/** Nothing landed: behind since the month began. */
function hoursBehind(receipts: readonly Receipt[], { from, to }: Period, asOf: string): number {
  const reached = receipts.map(reachOf);
  const now = Math.min(Date.parse(asOf), Date.parse(to));
  return Math.max(0, (now - Math.max(Date.parse(from), ...reached)) / HOUR_MS);
}

/**
 * Until when a file tells, in milliseconds. A file without times is as new as its landing. Events bear the beginning of what they tell of: those
 * that begin with a day may be of whole days (Azure, Cost Explorer), and are taken for that.
 */
function reachOf({ contract: { last_event }, fetched_at }: Receipt): number {
  if (last_event === null) return Date.parse(fetched_at);
  return Date.parse(last_event) + (last_event.endsWith('T00:00:00Z') ? DAY_MS : 0);
}
