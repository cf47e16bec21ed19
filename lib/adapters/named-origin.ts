import type { Fetched, Offer, Origin } from '../landing/origin.ts';

/**
 * An origin whose files are named `<source id>/<path below the source's own path>`: the same name wherever the files lie,
 * so that a month closed on a laptop and in the cloud has the same receipts.
 */
export class NamedOrigin implements Origin {
  readonly #inner: Origin;
  readonly #sourceId: string;
  readonly #root: string;

  constructor(inner: Origin, sourceId: string, root: string) {
    this.#inner = inner;
    this.#sourceId = sourceId;
    this.#root = root;
  }

  async list(): Promise<Offer[]> {
    const offers = await this.#inner.list();
    return offers.map((offer) => ({ ...offer, origin: `${this.#sourceId}/${offer.origin.slice(this.#root.length)}` }));
  }

  async checkUnchanged(fetched: Fetched): Promise<void> {
    await this.#inner.checkUnchanged?.(fetched);
  }

  fetch(offer: Offer): Promise<Fetched> {
    return this.#inner.fetch({ ...offer, origin: this.#root + offer.origin.slice(this.#sourceId.length + 1) });
  }
}
