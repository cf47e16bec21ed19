import { type Alarm, MONTH_AT_RISK } from './catalogue.ts';
import type { AlarmState, Verdict } from './verdict.ts';
import type { CostADay } from './waste.ts';

/** Digits that a text shows: an alarm says how much, the disclosure says how much exactly. */
const DIGITS = 3;
const UNKNOWN = 'unknown';

/** Where an alarm's article stands: `docs/runbook.md#idle-share`. */
function articleOf(id: string): string {
  return `docs/runbook.md#${id}`;
}

/** What happened, since when, what it costs a day, and what to do. One paragraph. */
export function verdictText(alarm: Alarm, verdict: Omit<Verdict, 'text'>, currency: string): string {
  const { state, value, limit, since, subject } = verdict;
  const head = `${alarm.name}${subject === null ? '' : ` of ${subject}`}`;
  const now = amountText(value, alarm.unit);
  const kept = alarm.rule.kind === 'below' ? 'at least' : 'at most';
  if (state === 'unknown')
    return `${head}: ${UNKNOWN}. Too few points are known to say. Runbook: ${articleOf(alarm.id)}`;
  // The newest value may be beyond the limit while fewer points in a row are than the rule asks for.
  if (state === 'ok')
    return `${head}: ${amountText(verdict.judged_value, alarm.unit)}, expected ${kept} ${amountText(limit, alarm.unit)}.`;
  return [
    `${head}: ${now}, expected ${kept} ${amountText(limit, alarm.unit)}. ${alarm.meaning}.`,
    `Since ${since}.`,
    `Beyond the limit it costs a day: ${costText(verdict.cost_a_day, currency)}.`,
    `Runbook: ${articleOf(alarm.id)}`,
  ].join(' ');
}

/** The same for the alarm that others make. */
export function riskText(state: AlarmState, since: string | null, raised: readonly Verdict[]): string {
  const { id, name, meaning } = MONTH_AT_RISK;
  if (state === 'ok') return `${name}: no.`;
  if (state === UNKNOWN) return `${name}: ${UNKNOWN}. Runbook: ${articleOf(id)}`;
  const causes = raised.map(({ alarm, subject }) => (subject === null ? alarm : `${alarm} of ${subject}`));
  return `${name}: ${meaning}. Raised by ${causes.join(', ')}. Since ${since}. What it costs a day stands with each of them. Runbook: ${articleOf(id)}`;
}

function costText({ cost, energy_kwh, emissions_kgco2e }: CostADay, currency: string): string {
  return [
    `money ${amountText(cost, currency)}`,
    `energy ${amountText(energy_kwh, 'kWh')}`,
    `emissions ${amountText(emissions_kgco2e, 'kgCO2e')}`,
  ].join(', ');
}

function amountText(value: number | null, unit: string): string {
  if (value === null) return UNKNOWN;
  if (unit === 'ratio') return `${shortened(100 * value)} %`;
  return `${shortened(value)} ${unit}`;
}

function shortened(value: number): string {
  return String(Number(value.toPrecision(DIGITS)));
}
