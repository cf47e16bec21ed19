import { setTimeout } from 'node:timers/promises';
import type { Watch } from '../watch.ts';
import type { RunClient } from './client.ts';
import type { OpenRun } from './requests.ts';

const TICK_MS = 1000;

/** A window over this process's own looks, for a host without an agent: nothing is kept when it closes. */
export async function openAlone(watch: Watch, run: OpenRun, close: () => void): Promise<Pick<RunClient, 'end'>> {
  const ending = new AbortController();
  await watch.tick();
  await watch.openRun(run);
  const ticking = tickUntil(watch, ending.signal);
  return {
    async end(runId, end) {
      ending.abort();
      await ticking;
      const record = await watch.endRun(runId, end);
      close();
      return record;
    },
  };
}

async function tickUntil(watch: Watch, ending: AbortSignal): Promise<void> {
  while (!ending.aborted) {
    await setTimeout(TICK_MS, undefined, { signal: ending }).catch(() => undefined);
    if (!ending.aborted) await watch.tick();
  }
}
