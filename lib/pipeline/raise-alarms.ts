import { judgeAll } from '../alarms/judge.ts';
import { lagsOf } from '../alarms/lags.ts';
import type { MetricPoint } from '../alarms/metric-point.ts';
import { hourPoints, signalPoint } from '../alarms/metrics.ts';
import type { Observed } from '../alarms/signals.ts';
import type { Verdict } from '../alarms/verdict.ts';
import { FACT_TABLES } from '../facts/columns.ts';
import { kpiKey } from '../kpis/compute-kpis.ts';
import { type HourBook, readHours, type Window } from '../kpis/hours.ts';
import { type Book, jsonBytes, readText } from '../landing/book.ts';
import { callsMade } from '../landing/live-origin.ts';
import type { Receipt } from '../landing/receipt.ts';
import { readShortfalls } from '../landing/shortfall.ts';
import { retiredTable } from '../ledger/open-facts.ts';
import { settledKeys } from '../ledger/settle.ts';
import { instantOf, slicesOf } from '../ledger/slices.ts';
import { DAY_MS, type Period, parsePeriod, periodBefore, periodOf, secondsIso } from '../units/period.ts';
import { sourceKind } from './assumptions.ts';
import { filledInFor } from './coverage.ts';
import { checkIsLatest, whileLatest } from './latest-run.ts';
import { factKeysOf, factReceipts } from './month-receipts.ts';
import type { Outlets } from './outlets.ts';
import type { AlarmsReport, MonthRun, Workplace } from './stage.ts';

/** CloudWatch takes metrics that are up to two weeks old (API Reference, PutMetricData). */
const WINDOW_DAYS = 13;
/** The alarm of hosts that fall silent (lib/alarms/catalogue.ts). */
const SPOOL_AGE = 'spool-age';
const COST_EXPLORER = 'aws-cost-explorer';

/** What was found of a month's alarms: `alarms/month=2026-06/alarms.json`, replaced by each run. */
export interface AlarmPaper {
  readonly month: string;
  readonly as_of: string;
  /** SHA-256 of what was published of each hour of the window; absent from papers of older versions. */
  readonly published?: Readonly<Record<string, string>>;
  /** Alarms that people were told of and that have not been fine since; absent from papers of older versions. */
  readonly told?: readonly string[];
  readonly verdicts: readonly Verdict[];
}

/** Where the state of a month’s alarms stands in the book. */
export function alarmsKey(month: string): string {
  return `alarms/month=${month}/alarms.json`;
}

/**
 * Judges the alarms of a month up to `as_of`, publishes its hours as metrics, and tells in words of every alarm that was
 * not raised before. What was found is kept last: a run that is killed halfway tells again, rather than never. Whose month
 * it is, is asked again before anybody is told: what was read may be half of another run's.
 */
export async function raiseAlarms(run: MonthRun, workplace: Workplace): Promise<AlarmsReport> {
  const { book, settings, outlets = {} } = workplace;
  const period = parsePeriod(run.month);
  const window = windowOf(period, run.as_of);
  const { observed, verdicts } = await whileLatest(run, workplace, () => judgeMonth(run, window, workplace));
  const before = await paperOf(run.month, book);
  const isOpen = run.as_of < period.to;
  const points = hourPoints(observed.hours, book.location);
  const marks = fingerprintsOf(points, workplace);
  const oldest = daysBefore(run.as_of, WINDOW_DAYS);
  const fresh = points.filter(({ at }) => at >= oldest && marks[at] !== before?.published?.[at]);
  const stamp = { book: book.location, at: run.as_of, limits: settings.alarms.limits };
  const signal = isOpen ? [signalPoint(verdicts, stamp)] : [];
  await checkIsLatest(run, workplace);
  await outlets.publish?.([...fresh, ...signal]);
  const toldBefore = before ? toldIn(before) : await silencesToldBefore(period, book);
  const { news, told } = newlyRaised(verdicts, toldBefore, outlets);
  const { name } = settings.organisation;
  for (const { text } of news) await outlets.tell?.(`${name}: alarm in the books of ${run.month}`, text);
  const published = outlets.publish ? marks : before?.published;
  const paper: AlarmPaper = { ...run, ...(published && { published }), told, verdicts };
  await book.put(alarmsKey(run.month), jsonBytes(paper));
  const count = (state: Verdict['state']) => verdicts.filter((verdict) => verdict.state === state).length;
  return { raised: count('alarm'), unknown: count('unknown'), fine: count('ok'), told: news.length };
}

/** By hour. What is known of an hour changes: its telemetry comes first, its bill and its grid factor a day later. */
function fingerprintsOf(points: readonly MetricPoint[], { fingerprint }: Workplace): Record<string, string> {
  const byHour = [...Map.groupBy(points, ({ at }) => at)];
  return Object.fromEntries(byHour.map(([at, ofHour]) => [at, fingerprint(jsonBytes(ofHour))]));
}

/**
 * Alarms that nobody was told of, and all that people were told of and that were not fine since: an unknown point ends none. Who closes a deployed
 * stack's book on a machine of their own tells nobody.
 */
function newlyRaised(now: readonly Verdict[], before: readonly string[], { tell }: Outlets) {
  const known = new Set(before);
  const raised = now.filter(({ state }) => state === 'alarm');
  const fine = new Set(now.filter(({ state }) => state === 'ok').map(nameOf));
  const told = [...new Set([...known, ...(tell ? raised.map(nameOf) : [])])].filter((name) => !fine.has(name)).sort();
  return { news: tell ? raised.filter((verdict) => !known.has(nameOf(verdict))) : [], told };
}

function toldIn(paper: AlarmPaper | undefined): readonly string[] {
  return paper?.told ?? paper?.verdicts.filter(({ state }) => state === 'alarm').map(nameOf) ?? [];
}

/** Silent hosts of which people were told last month: a month begins with them, and who comes back is told of again when it falls silent. */
async function silencesToldBefore(period: Period, book: Book): Promise<string[]> {
  return toldIn(await paperOf(periodBefore(period).month, book)).filter((name) => name.startsWith(`${SPOOL_AGE} of `));
}

/** `idle-share`, `source-late of bill` */
function nameOf({ alarm, subject }: Verdict): string {
  return subject === null ? alarm : `${alarm} of ${subject}`;
}

async function judgeMonth(run: MonthRun, window: Window, workplace: Workplace) {
  const period = parsePeriod(run.month);
  const receipts = await factReceipts(period, run.as_of, workplace);
  const book = await readHourBook(period, window, receipts, workplace);
  const { settings } = workplace;
  const shortfalls = await readShortfalls(workplace.book, period, run.as_of);
  const isShort = new Set(shortfalls.map(({ shortfall }) => shortfall.source_id));
  const sources = settings.sources.map((source) => ({
    id: source.id,
    tables: tablesOf(source.kind),
    fillsInFor: filledInFor(source, settings),
    isAnswered: source.live !== undefined && !isShort.has(source.id),
  }));
  const observed: Observed = {
    ...book,
    asOf: run.as_of,
    currency: settings.currency,
    lags: lagsOf(sources, receipts, { period, asOf: run.as_of }),
    costExplorerRequests: await requestsOf(COST_EXPLORER, run, workplace),
    days: Math.max(1, (Date.parse(run.as_of) - Date.parse(periodOf(run.as_of).from)) / DAY_MS),
  };
  return { observed, verdicts: judgeAll(observed, settings.alarms.limits) };
}

/** Whole hours: the last days of the month before `as_of`. */
function windowOf({ from, to }: Period, asOf: string): Window {
  const hour = `${asOf.slice(0, 13)}:00:00Z`;
  const end = hour < to ? hour : to;
  const start = daysBefore(end, WINDOW_DAYS);
  return { from: start > from ? start : from, to: end };
}

function daysBefore(instant: string, days: number): string {
  return secondsIso(new Date(Date.parse(instant) - days * DAY_MS));
}

/** Opens the slices of the ledger that the window touches, and no other. */
async function readHourBook(
  period: Period,
  window: Window,
  receipts: readonly Receipt[],
  { book, settings, openWarehouse }: Workplace,
): Promise<HourBook> {
  const rows = receipts.reduce((sum, { contract }) => sum + contract.rows, 0);
  const slices = slicesOf(period, rows).filter(({ to }) => instantOf(to) > window.from);
  const factKeys = receipts.flatMap((receipt) => factKeysOf(receipt));
  const paths = (keys: readonly string[]) => Promise.all(keys.map((key) => book.localPath(key)));
  const factPaths = (table: string) => paths(factKeys.filter((key) => key.startsWith(`facts/${table}/`)));
  const request = {
    window,
    mostSeries: settings.alarms.most_series,
    ledgerPaths: await paths(settledKeys('ledger', period, slices)),
    lastMonthPaths: await paths(await lastOfMonthBefore(period, book)),
    monthStart: period.from,
    retiredHosts: retiredTable(settings.sites.flatMap(({ retired = [] }) => retired)),
    energyPaths: await factPaths('fct_energy'),
    activityPaths: await factPaths('fct_activity'),
    runPaths: await factPaths('fct_run'),
    kpisPath: await book.localPath(kpiKey(period, 'kpis')),
  };
  const warehouse = await openWarehouse();
  try {
    return await readHours(request, warehouse);
  } finally {
    await warehouse.close();
  }
}

/** The key of the last slice of last month's watched hosts; none where that month is not in the book. */
async function lastOfMonthBefore(period: Period, book: Book): Promise<string[]> {
  const entries = await book.list(`ledger/month=${periodBefore(period).month}/`);
  const keys = entries.map(({ key }) => key).filter((key) => key.endsWith('-hosts.parquet'));
  return keys.sort().slice(-1);
}

function tablesOf(kind: string) {
  const { shapes } = sourceKind(kind);
  return FACT_TABLES.filter((table) => shapes.some(({ facts }) => facts[table]));
}

/** Requests of the calendar month of the run that left for the providers of a kind: also those that were made again, and for any month of the books. */
async function requestsOf(
  kind: string,
  { as_of }: MonthRun,
  { book, settings }: Workplace,
): Promise<number | undefined> {
  const asking = settings.sources.filter((source) => source.kind === kind && source.live);
  if (asking.length === 0) return undefined;
  const counts = await Promise.all(asking.map(({ id }) => callsMade(id, as_of, book)));
  return counts.reduce((sum, count) => sum + count, 0);
}

/** What the latest run of a month found; `undefined` where none has judged it. */
export async function paperOf(month: string, book: Book): Promise<AlarmPaper | undefined> {
  const text = await readText(book, alarmsKey(month));
  return text === undefined ? undefined : (JSON.parse(text) as AlarmPaper);
}
