import type { Annex, Evidence, Factor, Figure, Instrument } from '../disclosure/annex.ts';
import { add, type Decimal, decimalText, parseDecimal, subtract, sum } from '../disclosure/decimal.ts';
import { inputsOf } from '../disclosure/input-sets.ts';
import { KPIS } from '../kpis/catalogue.ts';
import { openLedger, openSums } from '../kpis/compute-kpis.ts';
import { TRACES, type TraceSum } from '../kpis/trace/catalogue.ts';
import { openTrace, querySum, type SumParts } from '../kpis/trace/query-sums.ts';
import { receiptKey } from '../landing/receipt.ts';
import type { Cell, Warehouse } from '../landing/warehouse.ts';
import { parsePeriod } from '../units/period.ts';
import { GRAMS_PER_KILOGRAM, JOULES_PER_KILOWATT_HOUR } from '../units/quantity.ts';
import { exactParts, isSameTotal } from './exact-parts.ts';
import type { Workplace } from './stage.ts';
import { kpiRequestOf, ledgerPathsOf, openMonth } from './stages.ts';

/** A sum on paper: cells are texts, decimals to their last digit; the column `quantity` adds up to `total`. */
export interface TracedSum {
  readonly title: string;
  readonly unit: string;
  readonly columns: readonly string[];
  readonly rows: readonly Readonly<Record<string, string>>[];
  /** Totals of the columns that add up, `quantity` among them. */
  readonly totals: Readonly<Record<string, string>>;
}

/** The way of one figure back to the landed bytes. */
export interface FigureTrace {
  readonly figure: Figure;
  readonly standard: string;
  readonly formula: { readonly id: string; readonly path: string; readonly words: readonly string[] };
  readonly numerator: readonly TracedSum[];
  readonly denominator: TracedSum | null;
  /** value = times × numerator ÷ denominator; 1 for a figure that is a sum. */
  readonly times: number;
  /** What does not add up; empty where all does. */
  readonly faults: readonly string[];
  readonly factors: readonly Factor[];
  /** Contractual instruments of the month, for a market-based figure. */
  readonly instruments: readonly Instrument[];
  readonly files: readonly (Evidence & { readonly receipt: string })[];
  readonly methods: readonly string[];
}

/** Follows a figure of an annex back through the ledger that lies in the workplace's book. */
export async function traceFigure(figure: Figure, annex: Annex, workplace: Workplace): Promise<FigureTrace> {
  const kpi = KPIS.find(({ id }) => id === figure.id);
  const trace = TRACES[figure.id];
  if (!kpi || !trace)
    throw new RangeError(`Cannot trace ${figure.id}: expected one of ${KPIS.map(({ id }) => id).join(', ')}`);
  const sums = await querySums(figure, annex, workplace, [
    ...trace.numerator,
    ...(trace.denominator ? [trace.denominator] : []),
  ]);
  const over = sums.slice(0, trace.numerator.length);
  const under = sums.slice(trace.numerator.length);
  const numerator = onPaper(over, figure.numerator ?? figure.value, annex);
  const denominator = onPaper(under, figure.denominator, annex);
  const times = trace.times ?? 1;
  const inputs = new Set(inputsOf(figure, annex));
  return {
    figure,
    standard: kpi.standard,
    formula: { id: figure.formula_id, path: formulaPath(figure.id), words: headerWords(kpi.sql) },
    numerator: numerator.sums,
    denominator: denominator.sums[0] ?? null,
    times,
    faults: [...numerator.faults, ...denominator.faults, ...ratioFaults(figure, times)],
    factors: annex.factors.filter(({ id }) => figure.factor_ids.includes(id)),
    instruments: figure.method === 'market' ? annex.instruments : [],
    files: annex.evidence
      .filter(({ sha256 }) => inputs.has(sha256))
      .map((evidence) => withReceipt(evidence, annex))
      .sort((one, other) => (one.origin < other.origin ? -1 : 1)),
    methods: trace.methods,
  };
}

/** `lib/kpis/figures/energy-per-request.sql` */
function formulaPath(id: string): string {
  return `lib/kpis/figures/${id.replace(/^(kpi|quality)\./, '').replaceAll(/[._]/g, '-')}.sql`;
}

/** The header of a formula, without the marks of a comment. */
function headerWords(sql: string): string[] {
  const lines = sql.split('\n');
  return lines
    .slice(
      0,
      lines.findIndex((line) => !line.startsWith('--')),
    )
    .map((line) => line.replace(/^-- /, ''));
}

async function querySums(
  figure: Figure,
  { meta }: Annex,
  workplace: Workplace,
  sums: readonly TraceSum[],
): Promise<SumParts[]> {
  const period = parsePeriod(meta.period.from.slice(0, 7));
  const [cut] = Object.entries(figure.dimensions).map(([dimension, value]) => ({ dimension, value }));
  const warehouse: Warehouse = await workplace.openWarehouse();
  try {
    await openMonth(period, meta.as_of, workplace, warehouse);
    await openLedger(await ledgerPathsOf(period, meta.as_of, workplace), warehouse);
    await openSums(await kpiRequestOf(period, meta.as_of, workplace), warehouse);
    await openTrace(cut, warehouse);
    const queried: SumParts[] = [];
    for (const one of sums) queried.push(await querySum(one, warehouse));
    return queried;
  } finally {
    await warehouse.close();
  }
}

/** Sums in the figure's unit; together they add up to what was published, or a fault says what the ledger gives instead. */
function onPaper(queried: readonly SumParts[], published: string | null, { meta }: Annex): OnPaper {
  const quantities = queried.map(({ sum: { per }, parts }) => exactParts(textsOf('quantity', parts), per));
  const exact = sum(quantities.flat());
  const said = published === null ? exact : parseDecimal(published);
  if (!isSameTotal(exact, said)) {
    const faults = [`the ledger gives ${decimalText(exact)}, the disclosure says ${published}`];
    return { sums: queried.map((each, index) => writeSum(each, quantities[index] ?? [], meta.currency)), faults };
  }
  const rest = subtract(said, exact);
  const last = quantities.findLastIndex((parts) => parts.length > 0);
  const sums = queried.map((each, index) => {
    const parts = quantities[index] ?? [];
    return writeSum(each, index === last ? withRest(parts, rest) : parts, meta.currency);
  });
  return { sums, faults: [] };
}

interface OnPaper {
  readonly sums: readonly TracedSum[];
  readonly faults: readonly string[];
}

/** What a binary number lost or gained in its last digits goes to the last part, so that the sum is the published one. */
function withRest(parts: readonly Decimal[], rest: Decimal): Decimal[] {
  return parts.map((part, index) => (index === parts.length - 1 ? add(part, rest) : part));
}

/** Columns of the query that add up, by their suffix: joules are printed in kWh, grams in kg. */
const ADDITIVE: readonly { readonly suffix: string; readonly per: number }[] = [
  { suffix: '_joules', per: JOULES_PER_KILOWATT_HOUR },
  { suffix: '_gco2e', per: GRAMS_PER_KILOGRAM },
];

function writeSum(
  { sum: { title, unit }, parts }: SumParts,
  quantities: readonly Decimal[],
  currency: string,
): TracedSum {
  const columns = Object.keys(parts[0] ?? { quantity: null });
  const beside = columns.flatMap((name): [string, Decimal[]][] => {
    const kind = ADDITIVE.find(({ suffix }) => name.endsWith(suffix));
    return kind ? [[name, exactParts(textsOf(name, parts), kind.per)]] : [];
  });
  const added = new Map(
    [...beside, ['quantity', quantities] as const].map(([name, decimals]) => [name, inLine(decimals)]),
  );
  return {
    title,
    unit: unit.replace('currency', currency),
    columns,
    rows: parts.map((part, row) =>
      Object.fromEntries(columns.map((name) => [name, added.get(name)?.rows[row] ?? cellText(part[name])])),
    ),
    totals: Object.fromEntries([...added].map(([name, { total }]) => [name, total])),
  };
}

function textsOf(name: string, parts: SumParts['parts']): string[] {
  return parts.map((part) => String(part[name] ?? '0'));
}

/** Decimals of a column with as many places as the longest needs, and their sum: points stand below each other. */
function inLine(decimals: readonly Decimal[]): { readonly rows: readonly string[]; readonly total: string } {
  const total = sum(decimals);
  const needed = [...decimals, total].map(
    (decimal) =>
      decimalText(decimal)
        .replace(/\.?0+$/, '')
        .split('.')[1]?.length ?? 0,
  );
  const places = Math.max(0, ...needed);
  return { rows: decimals.map((decimal) => toPlaces(decimal, places)), total: toPlaces(total, places) };
}

/** Plain text with that many places; what is cut off is zeros. */
function toPlaces({ digits, scale }: Decimal, places: number): string {
  const surplus = scale - places;
  return decimalText(
    surplus > 0 ? { digits: digits / 10n ** BigInt(surplus), scale: places } : { digits, scale },
    places,
  );
}

function cellText(cell: Cell | undefined): string {
  return cell === null || cell === undefined ? '' : String(cell);
}

/** A ratio is a binary number on its way: it is compared to nine digits. */
function ratioFaults({ value, numerator, denominator }: Figure, times: number): string[] {
  if (value === null || numerator === null || denominator === null) return [];
  const made = (times * Number(numerator)) / Number(denominator);
  const isSame = Math.abs(made - Number(value)) <= 1e-9 * Math.abs(made) + 1e-12;
  return isSame ? [] : [`${times} × ${numerator} ÷ ${denominator} = ${made}, the disclosure says ${value}`];
}

function withReceipt(evidence: Evidence, { meta }: Annex): Evidence & { readonly receipt: string } {
  return { ...evidence, receipt: receiptKey({ ...evidence, period: meta.period.from.slice(0, 7) }) };
}
