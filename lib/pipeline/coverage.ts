import { coveredUntil } from '../landing/coverage.ts';
import { readReceipts } from '../landing/receipts.ts';
import type { Settings, SourceSetting } from '../settings/settings.ts';
import { parsePeriod } from '../units/period.ts';
import { sourceKind } from './assumptions.ts';
import type { MonthRun, Workplace } from './stage.ts';

/** Ids of the sources whose missing days a source fills: the one that its setting names, else all of the kinds that it can fill in for. */
export function filledInFor({ id, kind, fills_in_for: named }: SourceSetting, { sources }: Settings): string[] {
  const kinds = sourceKind(kind).fills_in_for ?? [];
  if (kinds.length === 0) return [];
  if (named !== undefined) return [named];
  return sources.filter((other) => other.id !== id && kinds.includes(other.kind)).map((other) => other.id);
}

/** What the SQL of a source that fills in for others asks for; nothing for every other source. */
export async function coverageOptions(
  setting: SourceSetting,
  { month, as_of }: MonthRun,
  { book, settings }: Workplace,
): Promise<{ readonly covered_until?: string | null }> {
  const ids = filledInFor(setting, settings);
  if (ids.length === 0 && !sourceKind(setting.kind).fills_in_for) return {};
  const period = parsePeriod(month);
  return { covered_until: coveredUntil(await readReceipts(book, period, as_of), ids, period) ?? null };
}
