import { factKey } from '../facts/build-facts.ts';
import { FACT_TABLES, storedAs } from '../facts/columns.ts';
import type { Receipt } from '../landing/receipt.ts';
import {
  copiedReceipts,
  currentManifests,
  currentReceipts,
  readReceipts,
  readSourceReceipts,
  receiptsBehindCopies,
} from '../landing/receipts.ts';
import type { Period } from '../units/period.ts';
import { sourceKind } from './assumptions.ts';
import { SETTINGS_SOURCE, settingsFingerprint } from './kept-settings.ts';
import type { Workplace } from './stage.ts';

/** The receipts whose rows count in the month: current, and of a source that the settings still name. */
export async function factReceipts(period: Period, asOf: string, workplace: Workplace): Promise<Receipt[]> {
  return currentReceipts(await readReceipts(workplace.book, period, asOf)).filter(isNamedIn(workplace));
}

/** Those of them that are bills; receipts of other sources, of which a month may have a hundred thousand, are not read. */
export async function billReceipts(period: Period, asOf: string, workplace: Workplace): Promise<Receipt[]> {
  const { book, settings } = workplace;
  const bills = settings.sources.filter(({ kind }) => sourceKind(kind).shapes.some(({ facts }) => facts.fct_cost));
  const ofEach = bills.map(({ id: sourceId }) => readSourceReceipts(book, { sourceId, period, asOf }));
  const receipts = currentReceipts((await Promise.all(ofEach)).flat()).filter(isNamedIn(workplace));
  return receipts.filter((receipt) => factKeysOf(receipt).some((key) => key.startsWith('facts/fct_cost/')));
}

/** Files of the settings' sources whose rows count in another file of other bytes, and that file. */
export async function copies(period: Period, asOf: string, workplace: Workplace) {
  const isNamed = isNamedIn(workplace);
  return copiedReceipts(await readReceipts(workplace.book, period, asOf)).filter(({ copy }) => isNamed(copy));
}

/** The receipts that say so: without them a recomputation would not know of a copy. */
export async function copyReceipts(period: Period, asOf: string, workplace: Workplace): Promise<Receipt[]> {
  return receiptsBehindCopies(await readReceipts(workplace.book, period, asOf)).filter(isNamedIn(workplace));
}

/** The fact receipts, the manifests that say why they are current, and the settings: everything that the figures rest on. */
export async function evidenceReceipts(period: Period, asOf: string, workplace: Workplace): Promise<Receipt[]> {
  const all = await readReceipts(workplace.book, period, asOf);
  const sha256 = settingsFingerprint(workplace);
  const settings = all.filter((receipt) => receipt.kind === SETTINGS_SOURCE && receipt.sha256 === sha256);
  const manifests = currentManifests(all).filter(isNamedIn(workplace));
  return [...(await factReceipts(period, asOf, workplace)), ...manifests, ...settings];
}

function isNamedIn({ settings }: Workplace): (receipt: Receipt) => boolean {
  const kinds = new Map(settings.sources.map(({ id, kind }) => [id, kind]));
  return ({ source_id, kind }) => kinds.get(source_id) === kind;
}

/** The keys of the fact files that a receipt's rows lie in. */
export function factKeysOf(receipt: Receipt): string[] {
  const shape = sourceKind(receipt.kind).shapes.find(({ id }) => id === receipt.contract.shape);
  const tables = FACT_TABLES.filter((table) => shape?.facts[table]);
  return storedAs(tables).map((table) => factKey(table, receipt));
}
