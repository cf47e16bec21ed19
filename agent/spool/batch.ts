import { createGzip, type Gzip } from 'node:zlib';

import type { BookLine } from '../watch.ts';

export type Kind = BookLine['kind'];

/** Lines of one kind, host and boot, cut off for ever: its bytes never change, so that a resend is the same file. */
export interface SealedBatch {
  readonly id: number;
  readonly kind: Kind;
  /** Path below the inbox: `agent/telemetry/host=…/boot=…/<first>-<last>.jsonl.gz`. */
  readonly name: string;
  readonly firstSeq: number;
  readonly lastSeq: number;
  readonly records: number;
  readonly sealedAt: Date;
  /** JSON lines, gzip. */
  readonly bytes: Uint8Array;
}

/** The source of the book that reads a kind finds it in the folder of its own name. */
const FOLDERS: Readonly<Record<Kind, string>> = {
  telemetry: 'agent/telemetry',
  activity: 'agent/activity',
  runs: 'runs',
};

/** Where a batch lies below the inbox. Host and boot are made safe for a path: nothing in them is a separator. */
export function nameOf(batch: {
  kind: Kind;
  hostId: string;
  bootId: string;
  firstSeq: number;
  lastSeq: number;
}): string {
  const { kind, hostId, bootId, firstSeq, lastSeq } = batch;
  const host = `host=${encodeURIComponent(hostId)}`;
  return `${FOLDERS[kind]}/${host}/boot=${encodeURIComponent(bootId)}/${firstSeq}-${lastSeq}.jsonl.gz`;
}

/** Compresses lines slice by slice on a thread of the pool, so that no slice holds up a tick. */
export class Packer {
  readonly #gzip: Gzip = createGzip();
  readonly #chunks: Buffer[] = [];
  readonly #ended: Promise<void>;

  constructor() {
    this.#gzip.on('data', (chunk: Buffer) => this.#chunks.push(chunk));
    this.#ended = new Promise((resolve, reject) => this.#gzip.once('end', resolve).once('error', reject));
  }

  add(lines: readonly string[]): Promise<void> {
    const text = lines.map((line) => `${line}\n`).join('');
    return new Promise((resolve, reject) => this.#gzip.write(text, (error) => (error ? reject(error) : resolve())));
  }

  async finish(): Promise<Uint8Array> {
    this.#gzip.end();
    await this.#ended;
    return Buffer.concat(this.#chunks);
  }
}
