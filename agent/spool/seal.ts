import { type Kind, nameOf, Packer } from './batch.ts';
import type { Store } from './store.ts';

/** A batch holds no more, to spare the memory of whoever reads it. */
const MOST_LINES = 50_000;
const MOST_BYTES = 8 * 1024 ** 2;
/** Lines are read in slices, so that a tick comes between two of them and few are in memory: a line of a large host has 17 kB. */
const SLICE_LINES = 24;

export interface Sealing {
  readonly store: Store;
  readonly hostId: string;
  readonly now: () => Date;
}

/** Lines of one kind and boot that go into one batch. */
interface Cut {
  readonly firstId: number;
  readonly lastId: number;
  readonly firstSeq: number;
  readonly lastSeq: number;
  readonly records: number;
  readonly keptAtMs: number;
}

/** Cuts all open lines into batches, kind by kind and boot by boot; gives how many batches. */
export async function sealAll(sealing: Sealing): Promise<number> {
  let sealed = 0;
  const groups = sealing.store.all('SELECT DISTINCT kind, boot_id FROM line ORDER BY kind, boot_id');
  for (const { kind, boot_id } of groups) while (await sealOne(sealing, kind as Kind, String(boot_id))) sealed += 1;
  return sealed;
}

/** `false` where no line is left, or where the disk has no room: then the lines stay open. */
async function sealOne(sealing: Sealing, kind: Kind, bootId: string): Promise<boolean> {
  const packed = await pack(sealing.store, kind, bootId);
  if (!packed) return false;
  return sealing.store.whole(() => replaceByBatch(sealing, { kind, bootId, ...packed }));
}

async function pack(store: Store, kind: Kind, bootId: string) {
  const packer = new Packer();
  let cut: Cut | undefined;
  let bytes = 0;
  for (let isOpen = true; isOpen; ) {
    const slice = sliceAfter(store, { kind, bootId, lastId: cut?.lastId ?? 0 });
    const fitting = slice.filter((line, index) => {
      bytes += line.bytes;
      return (index === 0 && cut === undefined) || (bytes <= MOST_BYTES && (cut?.records ?? 0) + index < MOST_LINES);
    });
    if (fitting.length > 0) await packer.add(fitting.map(({ text }) => text));
    cut = fitting.reduce(grown, cut);
    isOpen = fitting.length === SLICE_LINES;
  }
  const packedBytes = await packer.finish();
  return cut && { cut, bytes: packedBytes };
}

interface Line {
  readonly id: number;
  readonly seq: number;
  readonly keptAtMs: number;
  readonly text: string;
  readonly bytes: number;
}

function sliceAfter(store: Store, { kind, bootId, lastId }: { kind: Kind; bootId: string; lastId: number }): Line[] {
  const rows = store.all(
    `SELECT id, seq, kept_at_ms, text, octet_length(text) + 1 AS bytes FROM line
     WHERE kind = ? AND boot_id = ? AND id > ? ORDER BY id LIMIT ${SLICE_LINES}`,
    kind,
    bootId,
    lastId,
  );
  return rows.map(({ id, seq, kept_at_ms, text, bytes }) => ({
    id: Number(id),
    seq: Number(seq),
    keptAtMs: Number(kept_at_ms),
    text: String(text),
    bytes: Number(bytes),
  }));
}

function grown(cut: Cut | undefined, { id, seq, keptAtMs }: Line): Cut {
  return {
    firstId: cut?.firstId ?? id,
    lastId: id,
    firstSeq: Math.min(cut?.firstSeq ?? seq, seq),
    lastSeq: Math.max(cut?.lastSeq ?? seq, seq),
    records: (cut?.records ?? 0) + 1,
    keptAtMs: Math.min(cut?.keptAtMs ?? keptAtMs, keptAtMs),
  };
}

/** The batch takes the place of its lines in one transaction; where some were dropped meanwhile nothing happens. */
function replaceByBatch(
  { store, hostId, now }: Sealing,
  { kind, bootId, cut, bytes }: { kind: Kind; bootId: string; cut: Cut; bytes: Uint8Array },
): boolean {
  const { firstId, lastId, firstSeq, lastSeq, records, keptAtMs } = cut;
  store.run(
    `INSERT INTO batch (kind, name, first_seq, last_seq, records, kept_at_ms, sealed_at_ms, bytes)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    kind,
    nameOf({ kind, hostId, bootId, firstSeq, lastSeq }),
    firstSeq,
    lastSeq,
    records,
    keptAtMs,
    now().getTime(),
    bytes,
  );
  const deletion = 'DELETE FROM line WHERE kind = ? AND boot_id = ? AND id BETWEEN ? AND ?';
  return store.run(deletion, kind, bootId, firstId, lastId) === records;
}
