import { buildFacts, factKey } from '../facts/build-facts.ts';
import { STORED_TABLES } from '../facts/columns.ts';
import { computeKpis, type KpiRequest } from '../kpis/compute-kpis.ts';
import type { Window } from '../kpis/hours.ts';
import { type Book, jsonBytes, readText } from '../landing/book.ts';
import { collect } from '../landing/collect.ts';
import { mixedVersions } from '../landing/one-version.ts';
import type { Receipt } from '../landing/receipt.ts';
import type { Warehouse } from '../landing/warehouse.ts';
import { openFacts } from '../ledger/open-facts.ts';
import { SETTLED, settledKeys, settleSlice } from '../ledger/settle.ts';
import { instantOf, mayReachInto, type Slice, slicesOf } from '../ledger/slices.ts';
import { type Period, parsePeriod } from '../units/period.ts';
import { assumptionsOf, optionsOf, sourceKind } from './assumptions.ts';
import { coverageOptions } from './coverage.ts';
import { distribute } from './distribute.ts';
import { orExhausted, orFullDisk } from './exhausted.ts';
import { planHalves } from './halves.ts';
import type { PartsRequest, Plan, Stages } from './handlers.ts';
import { instrumentsOf } from './instruments.ts';
import { keepSettings } from './kept-settings.ts';
import { beginRun, bookOfLatest, checkIsLatest, whileLatest } from './latest-run.ts';
import { keepMissed } from './missed-sources.ts';
import { billReceipts, evidenceReceipts, factKeysOf, factReceipts } from './month-receipts.ts';
import { type PlannedFile, withPlanOptions } from './plan-options.ts';
import { raiseAlarms } from './raise-alarms.ts';
import { deal, factShards, fewRemarks } from './shards.ts';
import type { MonthRun, Workplace } from './stage.ts';
import { writeDisclosure } from './write-disclosure.ts';

/** The stages of a month as plain functions: what each state of the machine does, on a laptop as in a Lambda. */
export const STAGES: Stages = {
  async plan(request, workplace) {
    if (request.stage === 'halves') return planHalves(request, workplace);
    const plans = { collection: planCollection, facts: planFacts, settlement: planSettlement } as const;
    return plans[request.stage](request, workplace);
  },

  async collect({ source_id, month, as_of }, workplace) {
    const setting = sourceSetting(source_id, workplace);
    const collected = withWarehouse(workplace, (warehouse) =>
      collect(
        {
          sourceId: source_id,
          source: sourceKind(setting.kind),
          period: parsePeriod(month),
          asOf: as_of,
          options: optionsOf(setting, workplace.settings),
          ...(setting.columns && { columnMapping: setting.columns }),
        },
        {
          book: workplace.book,
          origin: workplace.openOrigin(source_id, { month, as_of }),
          warehouse,
          openWarehouse: workplace.openWarehouse,
          putTogether: workplace.putTogether,
        },
      ),
    );
    const outcome = await orFullDisk(source_id, collected);
    return { source_id, ...outcome, remarks: fewRemarks(outcome.remarks, workplace.settings.sources.length) };
  },

  async buildFacts({ shard, ...run }, workplace) {
    const built = async (warehouse: Warehouse) => {
      const files = JSON.parse((await readText(workplace.book, shard)) ?? '[]') as PlannedFile[];
      let rows = 0;
      for (const file of files) rows += await factsOf(file, run, workplace, warehouse);
      return { files: files.length, rows };
    };
    return whileLatest(run, workplace, () => withinLimits(workplace, built));
  },

  async settle({ month, as_of, shard }, workplace) {
    const period = parsePeriod(month);
    const settled = async (warehouse: Warehouse) => {
      const named = new Set(shard.split(','));
      const slices = (await slicesOfMonth(period, as_of, workplace)).filter(({ from }) => named.has(from));
      await openMonth(period, as_of, workplace, warehouse, slices);
      let rows = 0;
      const book = bookOfLatest({ month, as_of }, workplace);
      for (const slice of slices) rows += await settleSlice(period, slice, book, warehouse);
      return { rows };
    };
    return whileLatest({ month, as_of }, workplace, () => withinLimits(workplace, settled));
  },

  async computeKpis({ month, as_of }, workplace) {
    const period = parsePeriod(month);
    const computed = async (warehouse: Warehouse) => {
      const request = await kpiRequestOf(period, as_of, workplace);
      await openMonth(period, as_of, workplace, warehouse);
      return { figures: await computeKpis(request, bookOfLatest({ month, as_of }, workplace), warehouse) };
    };
    return whileLatest({ month, as_of }, workplace, () => withWarehouse(workplace, computed));
  },

  raiseAlarms,

  writeDisclosure: (request, workplace) => writeDisclosure(request, workplace),

  distribute,
};

async function planCollection({ month, as_of, asked }: PartsRequest, { settings }: Workplace): Promise<Plan> {
  const kinds = asked?.kinds ?? [];
  const sources = settings.sources.filter(({ kind }) => kinds.length === 0 || kinds.includes(kind));
  return { collections: sources.map(({ id }) => ({ source_id: id, month, as_of })) };
}

/** Deals the current receipts to workers; each list lies in the book, so that the state machine carries keys alone. */
async function planFacts({ month, as_of, collected = [] }: PartsRequest, workplace: Workplace): Promise<Plan> {
  const period = parsePeriod(month);
  await beginRun({ month, as_of }, workplace);
  await keepSettings(period, as_of, workplace);
  await keepMissed({ month, as_of }, collected, workplace);
  await refuseMixed(period, as_of, workplace);
  const receipts = await factReceipts(period, as_of, workplace);
  await removeStale(period, receipts, workplace);
  const planned = factShards({ month, as_of }, withPlanOptions(receipts));
  for (const { shard, parts } of planned) await workplace.book.put(shard.shard, jsonBytes(parts));
  return { shards: planned.map(({ shard }) => shard) };
}

/** A source that tells of the same charges twice, in two versions, would double them: the month stops, and says which files they are. */
async function refuseMixed(period: Period, asOf: string, workplace: Workplace): Promise<void> {
  const ruled = workplace.settings.sources.flatMap(({ id, kind }) => {
    const rule = sourceKind(kind).one_version;
    return rule ? [{ id, rule }] : [];
  });
  const receipts = ruled.length > 0 ? await evidenceReceipts(period, asOf, workplace) : [];
  for (const { id, rule } of ruled) {
    const own = receipts.filter(({ source_id }) => source_id === id);
    const mixed = mixedVersions(own, rule);
    if (mixed)
      throw new RangeError(
        `Cannot count ${id} in ${period.month}: got ${mixed}. Expected one of them; what landed stays: name a source of another id that reads one alone`,
      );
  }
}

/** Deals the slices of the month to workers, and removes what an earlier cut of the month left behind. */
async function planSettlement({ month, as_of }: PartsRequest, workplace: Workplace): Promise<Plan> {
  const period = parsePeriod(month);
  await checkIsLatest({ month, as_of }, workplace);
  const slices = await slicesOfMonth(period, as_of, workplace);
  const current = new Set(SETTLED.flatMap((folder) => settledKeys(folder, period, slices)));
  const folders = SETTLED.map((folder) => `${folder}/month=${month}/`);
  await removeAllBut(current, folders, workplace);
  return { shards: deal(slices).map((dealt) => ({ month, as_of, shard: dealt.map(({ from }) => from).join(',') })) };
}

async function slicesOfMonth(period: Period, asOf: string, workplace: Workplace): Promise<Slice[]> {
  const receipts = await factReceipts(period, asOf, workplace);
  return slicesOf(
    period,
    receipts.reduce((rows, { contract }) => rows + contract.rows, 0),
  );
}

/** Facts of superseded files, or of sources that left the settings, would be read by others: they go. */
async function removeStale(period: Period, receipts: readonly Receipt[], workplace: Workplace): Promise<void> {
  const current = new Set(receipts.flatMap((receipt) => factKeysOf(receipt)));
  const folders = STORED_TABLES.map((table) => `facts/${table}/month=${period.month}/`);
  await removeAllBut(current, folders, workplace);
}

async function removeAllBut(kept: ReadonlySet<string>, folders: readonly string[], { book }: Workplace): Promise<void> {
  for (const folder of folders) {
    for (const { key } of await book.list(folder)) if (!kept.has(key)) await book.remove(key);
  }
}

async function factsOf(file: PlannedFile, run: MonthRun, workplace: Workplace, warehouse: Warehouse): Promise<number> {
  const { plan_remainder_ratio = null, ...receipt } = file;
  const setting = sourceSetting(receipt.source_id, workplace);
  return buildFacts(
    {
      receipt,
      source: sourceKind(receipt.kind),
      options: {
        ...optionsOf(setting, workplace.settings),
        plan_remainder_ratio,
        ...(await coverageOptions(setting, run, workplace)),
      },
      ...(setting.columns && { columnMapping: setting.columns }),
      workloads: workplace.settings.workloads,
    },
    workplace.book,
    warehouse,
  );
}

/** What the figures of a month are computed from, beside its open fact tables. */
export async function kpiRequestOf(period: Period, asOf: string, workplace: Workplace): Promise<KpiRequest> {
  const { book, settings } = workplace;
  const slices = await slicesOfMonth(period, asOf, workplace);
  return {
    period,
    currency: settings.currency,
    sumsPaths: await pathsOf(settledKeys('sums', period, slices), book),
    gapSumsPaths: await pathsOf(settledKeys('sums/gaps', period, slices), book),
    instruments: instrumentsOf(settings, { period, asOf }),
    billFiles: await billReceipts(period, asOf, workplace),
  };
}

/** Where the files of a month's ledger can be read: all of them, or those of the slices that a window touches. */
export async function ledgerPathsOf(
  period: Period,
  asOf: string,
  workplace: Workplace,
  window?: Window,
): Promise<string[]> {
  const slices = await slicesOfMonth(period, asOf, workplace);
  const touched = window
    ? slices.filter(({ from, to }) => instantOf(to) > window.from && instantOf(from) <= window.to)
    : slices;
  return pathsOf(settledKeys('ledger', period, touched), workplace.book);
}

function pathsOf(keys: readonly string[], book: Book): Promise<string[]> {
  return Promise.all(keys.map((key) => book.localPath(key)));
}

/**
 * Makes the month's fact tables readable in a warehouse, and the settings as tables. Where slices are named, of the lines of bills
 * only the files that may reach into them: a worker far from the book need not fetch the others.
 */
export async function openMonth(
  period: Period,
  asOf: string,
  workplace: Workplace,
  warehouse: Warehouse,
  slices?: readonly Slice[],
): Promise<void> {
  const receipts = await factReceipts(period, asOf, workplace);
  const keys = receipts.flatMap((receipt) => factKeysOf(receipt));
  const byTable = Object.fromEntries(
    STORED_TABLES.map((table) => [table, keys.filter((key) => key.startsWith(`facts/${table}/`))]),
  ) as Record<(typeof STORED_TABLES)[number], string[]>;
  const far = slices ? receipts.filter(({ contract }) => !mayReachInto(contract, slices)) : [];
  const unread = new Set(far.map((receipt) => factKey('fct_cost', receipt)));
  const opened = { ...byTable, fct_cost: byTable.fct_cost.filter((key) => !unread.has(key)) };
  await openFacts(opened, assumptionsOf(workplace.settings), workplace.book, warehouse);
}

/** Work on a shard: where it does not fit it throws `Exhausted`, and is split. */
function withinLimits<Answer>(workplace: Workplace, work: (warehouse: Warehouse) => Promise<Answer>): Promise<Answer> {
  return orExhausted(withWarehouse(workplace, work));
}

async function withWarehouse<Answer>(
  workplace: Workplace,
  work: (warehouse: Warehouse) => Promise<Answer>,
): Promise<Answer> {
  const warehouse = await workplace.openWarehouse();
  try {
    return await work(warehouse);
  } finally {
    await warehouse.close();
  }
}

function sourceSetting(sourceId: string, { settings }: Workplace) {
  const setting = settings.sources.find(({ id }) => id === sourceId);
  if (!setting) throw new RangeError(`Cannot read the source ${sourceId}: expected one of the settings' sources`);
  return setting;
}
