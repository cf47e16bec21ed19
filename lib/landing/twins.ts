import type { CollectRequest, Edges, Named } from './collection.ts';
import { type Checked, openLanded, printRows } from './contract.ts';
import type { Fetched } from './origin.ts';
import { landedKey, type Receipt } from './receipt.ts';
import type { Warehouse } from './warehouse.ts';

/** A landed bill, and the hash of the bytes in which its rows landed first. */
type Landed = Pick<Receipt, 'origin' | 'sha256' | 'extension' | 'contract'> & { readonly rows: string };

interface Newcomer {
  readonly offer: Named;
  readonly fetched: Fetched;
  readonly checked: Checked;
}

/**
 * Bills of a source whose rows have landed before in other bytes: packed again, in another order or under another name. A mark in
 * each receipt raises the suspicion; only then the rows themselves are compared.
 */
export class Twins {
  readonly #byMark = new Map<string, Landed[]>();

  constructor(current: readonly Receipt[]) {
    for (const receipt of current) this.add({ ...receipt, rows: receipt.same_rows_as ?? receipt.sha256 });
  }

  add(landed: Landed): void {
    const mark = markOf(landed.contract);
    if (mark) this.#byMark.set(mark, [...(this.#byMark.get(mark) ?? []), landed]);
  }

  /** The landed file whose rows a new one repeats. What a manifest names and what a provider answers count as they are. */
  async twinOf(newcomer: Newcomer, request: CollectRequest, edges: Edges): Promise<Landed | undefined> {
    const { offer, checked } = newcomer;
    if (offer.isNamed || offer.request) return undefined;
    const suspects = this.#byMark.get(markOf(checked.contract) ?? '') ?? [];
    const others = suspects.filter(({ origin }) => origin !== offer.origin);
    // The warehouse of the edges may be looking at the next file already.
    const warehouse = others.length > 0 ? await edges.openWarehouse?.() : undefined;
    if (!warehouse) return undefined;
    try {
      return await firstTwin(newcomer, others, request, { ...edges, warehouse });
    } finally {
      await warehouse.close();
    }
  }
}

function markOf({ rows, rows_mark }: Receipt['contract']): string | undefined {
  return rows_mark && `${rows} ${rows_mark}`;
}

async function firstTwin(
  { fetched, checked }: Newcomer,
  others: readonly Landed[],
  request: CollectRequest,
  { book, warehouse }: Edges,
): Promise<Landed | undefined> {
  const own = await printOf(fetched.path, checked.contract.shape, request, warehouse);
  for (const other of others) {
    const path = await book.localPath(
      landedKey({ ...other, source_id: request.sourceId, period: request.period.month }),
    );
    if ((await printOf(path, other.contract.shape, request, warehouse)) === own) return other;
  }
  return undefined;
}

async function printOf(path: string, shape: string, request: CollectRequest, warehouse: Warehouse): Promise<string> {
  await openLanded(warehouse, { ...request, path, shape });
  return printRows(warehouse);
}
