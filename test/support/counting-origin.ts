import { FolderOrigin } from '../../lib/adapters/folder-origin.ts';
import type { Fetched, Offer, Origin } from '../../lib/landing/origin.ts';

/** A folder that tells which of its files were fetched. */
export class CountingOrigin implements Origin {
  readonly fetched: string[] = [];
  readonly #folder: FolderOrigin;

  constructor(path: string) {
    this.#folder = new FolderOrigin(path, { base: path });
  }

  list(): Promise<Offer[]> {
    return this.#folder.list();
  }

  fetch(offer: Offer): Promise<Fetched> {
    this.fetched.push(offer.origin);
    return this.#folder.fetch(offer);
  }
}
