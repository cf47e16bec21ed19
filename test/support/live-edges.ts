import { type CallerEdges, PATIENCE } from '../../lib/adapters/live/caller-edges.ts';
import { openSecret } from '../../lib/adapters/live/secrets.ts';

/** What is planted as the secret of a live source: nothing that is written may hold it. */
export const PLANTED = 'planted-secret-5e1f';

/** Edges of a live source whose provider is a server of the test; a wait is noted down instead of being waited for. */
export interface LiveEdges extends CallerEdges {
  readonly waits: readonly number[];
}

/** Leads every URL to a server on this host, path and query kept. */
export function edgesTo(server: string, more: Partial<CallerEdges> = {}): LiveEdges {
  const waits: number[] = [];
  const environment = { PLANTED };
  return {
    sourceId: 'live',
    options: {},
    environment,
    secret: openSecret({ env: 'PLANTED' }, { environment }),
    patience: { ...PATIENCE, attempts: 3 },
    rewrite: (url) => url.replace(/^https?:\/\/[^/]+/, server),
    now: () => Date.parse('2026-07-22T06:00:00Z'),
    wait: async (ms) => void waits.push(ms),
    random: () => 0.5,
    azureToken: () => Promise.reject(new Error('Cannot get a token: this test has none')),
    ...more,
    waits,
  };
}
