import type { SealedBatch } from '../spool/batch.ts';

/**
 * What became of a batch. `retry` is for what is wrong with the place (it is away, it is full, it does not know us yet):
 * the batch comes again. `refused` is for what is wrong with the batch: it would be refused for ever. `indexes` are then the
 * lines that were refused, counted from 0; all of them where there is no list.
 */
export type Delivery =
  | 'delivered'
  | { readonly retry: string; readonly afterMs?: number | undefined }
  | { readonly refused: string; readonly indexes?: readonly number[] };

/** A place that takes batches. */
export interface Sink {
  /** Its name in the settings: what it has got is remembered under it. */
  readonly id: string;
  /** Takes a batch, or says why not, within two minutes. A batch may come twice. */
  deliver(batch: SealedBatch): Promise<Delivery>;
  /** What is wrong with the place, in words, looked up once at the start; none where all is well or nobody can say. */
  check?(): Promise<string[]>;
  close(): void;
}
