import type { Annex, AnnexMeta, Figure } from '../disclosure/annex.ts';
import { COVERAGE_NEEDED, type Judgement, judgeBudget } from '../disclosure/budget.ts';
import { parseDecimal } from '../disclosure/decimal.ts';
import { figureKey } from '../disclosure/figures.ts';
import type { Window } from '../kpis/hours.ts';
import { type KnownRun, readRun } from '../kpis/read-run.ts';
import { parsePeriod } from '../units/period.ts';
import { isSameTotal } from './exact-parts.ts';
import { factKeysOf, factReceipts } from './month-receipts.ts';
import type { Workplace } from './stage.ts';
import { kpiRequestOf, ledgerPathsOf } from './stages.ts';

/** What a run may have a budget of. */
export type Quantity = 'energy' | 'carbon' | 'money';

export interface Budget {
  readonly quantity: Quantity;
  /** Decimal text above zero, in the unit of its figure. */
  readonly limit: string;
}

/** One budget, the figure that it is held against, and what came out. */
export interface BudgetLine extends Judgement {
  /** `energy.facility{workload_id=ft-1}`: as `trace` takes it. */
  readonly figure: string;
  readonly value: string | null;
  readonly unit: string;
  readonly u95_low: string | null;
  readonly u95_high: string | null;
  readonly budget: string;
  /** Why the value is not known, or what of it is not; null where neither. */
  readonly reason: string | null;
}

/** A run's budgets, and which version of which month says so. */
export interface RunBudgets {
  readonly run: KnownRun;
  readonly month: string;
  readonly version: number;
  readonly status: AnnexMeta['status'];
  readonly status_reasons: readonly string[];
  readonly budgets: readonly BudgetLine[];
}

/**
 * Holds a run of a disclosed month against budgets, by the figures of the disclosure alone: page, `trace` and this say one number. The
 * workplace's book tells which workload's figures are the run's, and how many of its hours are known. Undefined where the month has no such
 * run; throws where the book was settled again since the disclosure.
 */
export async function holdToBudgets(
  runId: string,
  budgets: readonly Budget[],
  annex: Annex,
  workplace: Workplace,
): Promise<RunBudgets | undefined> {
  const run = await runOf(runId, annex, workplace);
  if (!run) return undefined;
  checkIsSame(run, annex);
  const { version, status, status_reasons } = annex.meta;
  return {
    run,
    month: annex.meta.period.from.slice(0, 7),
    version,
    status,
    status_reasons,
    budgets: budgets.map((budget) => lineOf(run, budget, annex)),
  };
}

async function runOf(runId: string, { meta }: Annex, workplace: Workplace): Promise<KnownRun | undefined> {
  const period = parsePeriod(meta.period.from.slice(0, 7));
  const { sumsPaths } = await kpiRequestOf(period, meta.as_of, workplace);
  const ledgerPaths = (window: Window) => ledgerPathsOf(period, meta.as_of, workplace, window);
  const keys = (await factReceipts(period, meta.as_of, workplace)).flatMap(factKeysOf);
  const runKeys = keys.filter((key) => key.startsWith('facts/fct_run/'));
  const runPaths = await Promise.all(runKeys.map((key) => workplace.book.localPath(key)));
  const warehouse = await workplace.openWarehouse();
  try {
    return await readRun({ period, runId, runPaths, sumsPaths, ledgerPaths }, warehouse);
  } finally {
    await warehouse.close();
  }
}

/** Ledger and disclosure are of one closing where both say the same of the run. */
function checkIsSame(run: KnownRun, annex: Annex): void {
  const value = figureOf('energy.facility', run.workload_id, annex)?.value ?? null;
  const settled = run.facility_energy_kwh;
  if (value === settled) return;
  if (value !== null && settled !== null && isSameTotal(parseDecimal(value), parseDecimal(settled))) return;
  const { period, version } = annex.meta;
  const month = period.from.slice(0, 7);
  throw new RangeError(
    `Cannot judge ${run.run_id}: expected the ledger of ${month} that version ${version} was made from, got one that has ${kilowattHours(settled)} of the run, where it says ${kilowattHours(value)}; close ${month} again`,
  );
}

function kilowattHours(value: string | null): string {
  return value === null ? 'no energy' : `${value} kWh`;
}

function figureOf(id: string, workload: string, { figures }: Annex): Figure | undefined {
  const key = figureKey({ id, dimensions: { workload_id: workload } });
  return figures.find((figure) => figure.id === id && figureKey(figure) === key);
}

/** Which figure says what a run has used, and which ones how much of that is known. */
interface Held {
  readonly id: string;
  /** Figures are named after the workload whose lines they add up, those of runs after the run. */
  readonly of: 'workload_id' | 'run_id';
  readonly unit: string;
  readonly coverageOf: string;
  readonly hours: 'known_ratio' | 'priced_ratio';
  /** Why there may be no such figure. */
  readonly absent: (run: KnownRun, annex: Annex) => string;
}

const HELD: Readonly<Record<Quantity, Held>> = {
  energy: {
    id: 'energy.facility',
    of: 'workload_id',
    unit: 'kWh',
    coverageOf: 'energy.facility',
    hours: 'known_ratio',
    absent: noEnergy,
  },
  carbon: {
    id: 'kpi.carbon_per_run',
    of: 'run_id',
    unit: 'kgCO2e per run',
    coverageOf: 'emissions.location',
    hours: 'known_ratio',
    absent: (run, annex) =>
      figureOf('energy.facility', run.workload_id, annex)
        ? 'its energy is known, but no grid factor of its hours'
        : noEnergy(run, annex),
  },
  money: {
    id: 'cost.effective',
    of: 'workload_id',
    unit: 'currency',
    coverageOf: 'cost.effective',
    hours: 'priced_ratio',
    absent: ({ workload_id }) => `no bill has a line of ${workload_id}; own hosts bear no cost`,
  },
};

function noEnergy(run: KnownRun, annex: Annex): string {
  const { run_id, workload_id, named_workload_id } = run;
  if (figureOf('energy.it', workload_id, annex)) return 'its IT energy is known, but no PUE of its site';
  const named = named_workload_id === null || named_workload_id === run_id ? '' : named_workload_id;
  return named === ''
    ? `no energy of the month stands under the workload ${run_id}`
    : `no energy of the month stands under the workload ${run_id}, nor is that of ${named} this run's alone`;
}

function lineOf(run: KnownRun, { quantity, limit }: Budget, annex: Annex): BudgetLine {
  const { id, of, unit, coverageOf, hours, absent } = HELD[quantity];
  const figure = figureOf(id, run[of], annex);
  const own = [figure, figureOf(coverageOf, run.workload_id, annex)].flatMap((each) => each?.coverage_ratio ?? []);
  const judged = judgeBudget({ figure, coverages: [...own, run[hours]] }, limit);
  const isSaid = figure !== undefined && figure.value !== null;
  const unsure =
    judged.verdict === 'unknown' ? `coverage is below ${COVERAGE_NEEDED}: what is not known could be over` : null;
  return {
    ...judged,
    figure: figureKey({ id, dimensions: { workload_id: run[of] } }),
    value: figure?.value ?? null,
    unit: figure?.unit ?? unit.replace('currency', annex.meta.currency),
    u95_low: figure?.u95_low ?? null,
    u95_high: figure?.u95_high ?? null,
    budget: limit,
    reason: isSaid ? unsure : absent(run, annex),
  };
}
