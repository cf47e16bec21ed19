import { ALARMS, type Alarm, type Limits, MONTH_AT_RISK, type Rule, ruleOf } from './catalogue.ts';
import type { Point, Series } from './series.ts';
import { hoursOf, type Observed } from './signals.ts';
import type { AlarmState, Verdict } from './verdict.ts';
import { NOTHING_KNOWN } from './waste.ts';
import { riskText, verdictText } from './words.ts';

/** Known points before the judged ones that a band needs: a day of hours. */
const POINTS_FOR_A_BAND = 24;
/** Makes the mean absolute deviation of normal values their standard deviation. */
const DEVIATION_OF_NORMAL = 1.4826;
/** A signal that hardly moves still may by a twentieth. */
const LEAST_DEVIATION_RATIO = 0.05;

/** Judges every alarm that the book can tell of, then whether the month is at risk. In the order of the catalogue. */
export function judgeAll(observed: Observed, limits: Limits = {}): Verdict[] {
  const verdicts = ALARMS.flatMap((alarm) => judgeAlarm(alarm, observed, limits));
  return [...verdicts, monthAtRisk(verdicts, observed.asOf)];
}

function judgeAlarm(alarm: Alarm, observed: Observed, limits: Limits): Verdict[] {
  const { judged } = alarm;
  if (judged.by !== 'stage') return [];
  return judged.read(observed).map((series) => {
    const rule = ruleOf(alarm, limits);
    const found = judgeSeries(rule, alarm.points, series);
    const { state, value, limit, since } = found;
    const isRaised = state === 'alarm' && value !== null && limit !== null && since !== null;
    const hours = hoursOf(observed.hours, series.subject).filter(({ hour }) => since !== null && hour >= since);
    const { days, currency } = observed;
    const costADay = isRaised ? judged.costs({ value, limit, hours, days, currency }) : NOTHING_KNOWN;
    const verdict = { alarm: alarm.id, subject: series.subject, ...found, cost_a_day: costADay };
    return { ...verdict, text: verdictText(alarm, verdict, currency) };
  });
}

/** What `judgeSeries` finds: the state, and what it rests on. */
export type Finding = Pick<Verdict, 'state' | 'value' | 'judged_value' | 'limit' | 'since'>;

/**
 * Judges a series by a rule: an alarm where the newest points, as many as asked for, are all known and all break it; fine
 * where any of them is known to keep it; else unknown. An unknown point never makes an alarm and never ends one.
 */
export function judgeSeries(rule: Rule, points: number, { points: all }: Pick<Series, 'points'>): Finding {
  const newest = all.slice(-points);
  const known = newest.flatMap(({ value }) => value ?? []);
  const isWhole = known.length === points;
  const value = all.findLast((point) => point.value !== undefined)?.value ?? null;
  const best = known.length > 0 ? bestOf(rule, known) : null;
  const limit = limitOf(rule, all.slice(0, -points));
  const unknown = {
    state: 'unknown',
    value,
    judged_value: isWhole ? best : null,
    limit: limit ?? null,
    since: null,
  } as const;
  if (limit === undefined || best === null) return unknown;
  if (!isBeyond(rule, best, limit)) return { ...unknown, state: 'ok', judged_value: best };
  const breaks = (point: Point) => point.value !== undefined && isBeyond(rule, point.value, limit);
  return isWhole ? { ...unknown, state: 'alarm', since: sinceOf(all, breaks) } : unknown;
}

/** The value that keeps the rule best. */
function bestOf({ kind }: Rule, values: readonly number[]): number {
  return kind === 'below' ? Math.max(...values) : Math.min(...values);
}

function isBeyond({ kind }: Rule, value: number, limit: number): boolean {
  return kind === 'below' ? value < limit : value > limit;
}

/** The first point of the unbroken row that ends with the newest. */
function sinceOf(points: readonly Point[], breaks: (point: Point) => boolean): string | null {
  const lastKept = points.findLastIndex((point) => !breaks(point));
  return points[lastKept + 1]?.at ?? null;
}

/** The limit of a rule; that of a band from the points before, `undefined` where they are too few. */
function limitOf(rule: Rule, before: readonly Point[]): number | undefined {
  if (rule.kind !== 'band') return rule.limit;
  const known = before.flatMap(({ value }) => value ?? []);
  if (known.length < POINTS_FOR_A_BAND) return undefined;
  const usual = medianOf(known);
  const spread = DEVIATION_OF_NORMAL * medianOf(known.map((value) => Math.abs(value - usual)));
  return usual + rule.deviations * Math.max(spread, LEAST_DEVIATION_RATIO * Math.abs(usual));
}

function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = Math.floor((sorted.length - 1) / 2);
  const [low = 0, high = low] = sorted.slice(middle, middle + 2 - (sorted.length % 2));
  return (low + high) / 2;
}

/** Raised with the first of those that risk the month; unknown where none is raised and one cannot be said. */
function monthAtRisk(verdicts: readonly Verdict[], asOf: string): Verdict {
  const ids = new Set(ALARMS.filter(({ risksTheMonth }) => risksTheMonth).map(({ id }) => id));
  const risks = verdicts.filter(({ alarm }) => ids.has(alarm));
  const raised = risks.filter(({ state }) => state === 'alarm');
  const isUnknown = risks.length === 0 || risks.some(({ state }) => state === 'unknown');
  const state: AlarmState = raised.length > 0 ? 'alarm' : isUnknown ? 'unknown' : 'ok';
  const since = raised.map((verdict) => verdict.since ?? asOf).sort()[0] ?? null;
  const verdict = {
    alarm: MONTH_AT_RISK.id,
    subject: null,
    state,
    value: null,
    judged_value: null,
    limit: null,
    since,
  };
  return { ...verdict, cost_a_day: NOTHING_KNOWN, text: riskText(state, since, raised) };
}
