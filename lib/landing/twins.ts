import { type Checked, printRows } from './check-rows.ts';
import type { CollectRequest, Edges, Named } from './collection.ts';
import { openLanded } from './contract.ts';
import type { Fetched } from './origin.ts';
import { landedKey, type Receipt } from './receipt.ts';
import type { Warehouse } from './warehouse.ts';

/** A landed bill, and the hash of the bytes in which its rows landed first. */
type Landed = Pick<Receipt, 'origin' | 'sha256' | 'extension' | 'contract'> & { readonly rows: string };

interface File {
  readonly sha256: string;
  readonly shape: string;
  readonly path: () => Promise<string>;
}

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
  /** Origins that the manifests of this run name. */
  readonly #named: ReadonlySet<string>;
  /** Of the rows of files that were compared, by the hash of their bytes: no file is read for it twice. */
  readonly #prints = new Map<string, string>();

  constructor(offered: readonly Receipt[], named: ReadonlySet<string>) {
    for (const receipt of offered) this.add({ ...receipt, rows: receipt.same_rows_as ?? receipt.sha256 });
    this.#named = named;
  }

  add(landed: Landed): void {
    const mark = markOf(landed.contract);
    if (mark) this.#byMark.set(mark, [...(this.#byMark.get(mark) ?? []), landed]);
  }

  /** The landed file whose rows a new one repeats. What a provider answers, and what manifests name beside each other, count as they are. */
  async twinOf(newcomer: Newcomer, request: CollectRequest, edges: Edges): Promise<Landed | undefined> {
    if (newcomer.offer.request) return undefined;
    const suspects = this.#suspectsOf(newcomer);
    // The warehouse of the edges may be looking at the next file already.
    const warehouse = suspects.length > 0 ? await edges.openWarehouse?.() : undefined;
    if (!warehouse) return undefined;
    try {
      return await this.#firstTwin(newcomer, suspects, request, { ...edges, warehouse });
    } finally {
      await warehouse.close();
    }
  }

  /** Files of the same mark, one of each rows. To rows that one named file stands for no second one is counted. */
  #suspectsOf({ offer, checked }: Newcomer): Landed[] {
    const marked = this.#byMark.get(markOf(checked.contract) ?? '') ?? [];
    const others = Map.groupBy(
      marked.filter(({ origin }) => origin !== offer.origin),
      ({ rows }) => rows,
    );
    const isTaken = (same: readonly Landed[]) => same.some(({ origin }) => this.#named.has(origin));
    return [...others.values()].flatMap((same) => (offer.isNamed && isTaken(same) ? [] : same.slice(0, 1)));
  }

  async #firstTwin(
    { fetched, checked }: Newcomer,
    suspects: readonly Landed[],
    request: CollectRequest,
    { book, warehouse }: Edges,
  ): Promise<Landed | undefined> {
    const own = await this.#printOf(
      { sha256: fetched.sha256, shape: checked.contract.shape, path: async () => fetched.path },
      request,
      warehouse,
    );
    for (const suspect of suspects) {
      const { sha256, contract } = suspect;
      const key = landedKey({ ...suspect, source_id: request.sourceId, period: request.period.month });
      const landed = { sha256, shape: contract.shape, path: () => book.localPath(key) };
      if ((await this.#printOf(landed, request, warehouse)) === own) return suspect;
    }
    return undefined;
  }

  async #printOf(file: File, request: CollectRequest, warehouse: Warehouse): Promise<string> {
    const known = this.#prints.get(file.sha256);
    if (known !== undefined) return known;
    await openLanded(warehouse, { ...request, path: await file.path(), shape: file.shape });
    const print = await printRows(warehouse);
    this.#prints.set(file.sha256, print);
    return print;
  }
}

function markOf({ rows, rows_mark }: Receipt['contract']): string | undefined {
  return rows_mark && `${rows} ${rows_mark}`;
}
