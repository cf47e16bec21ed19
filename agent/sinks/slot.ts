import { createHash } from 'node:crypto';

/** The moments at which a host cuts its batches: whole multiples of `everyMs`, moved by an offset of the host's own. */
export interface Slots {
  readonly everyMs: number;
  readonly offsetMs: number;
}

/** A stable offset below `everyMs`: hosts that were started together do not deliver together. */
export function slotsOf(hostId: string, everyMs: number): Slots {
  const hash = createHash('sha256').update(hostId).digest().readUInt32BE(0);
  return { everyMs, offsetMs: hash % everyMs };
}

/** Whether lines from `oldest` on are to be cut: a slot lies between. A clock that was set back counts like one that went on. */
export function isSealDue(oldest: Date | undefined, now: Date, slots: Slots): boolean {
  return oldest !== undefined && slotAt(oldest, slots) !== slotAt(now, slots);
}

/** Milliseconds from `now` to the next slot. */
export function untilNextSlot(now: Date, { everyMs, offsetMs }: Slots): number {
  return everyMs - ((((now.getTime() - offsetMs) % everyMs) + everyMs) % everyMs);
}

function slotAt(at: Date, { everyMs, offsetMs }: Slots): number {
  return Math.floor((at.getTime() - offsetMs) / everyMs);
}
