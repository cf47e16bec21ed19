import type { ProcessUse } from '../look.ts';

/** A driver that tells who uses which card. */
export interface CardUse {
  /** Who used each card since the look before, by its PCI address; a card of which nothing is known is absent or has nobody. */
  read(runningMs: number): Promise<ReadonlyMap<string, readonly ProcessUse[]>>;
  close(): void;
}

/** Of several drivers, the first that names anybody. */
export function firstThatKnows(uses: readonly CardUse[]): CardUse {
  return {
    async read(runningMs) {
      const known = await Promise.all(uses.map((use) => use.read(runningMs)));
      const named = known.map((byCard) => [...byCard].filter(([, processes]) => processes.length > 0));
      return new Map(named.reverse().flat());
    },
    close() {
      for (const use of uses) use.close();
    },
  };
}
