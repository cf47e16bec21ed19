import { readlink } from 'node:fs';
import { join } from 'node:path';

import type { ProcessUse } from '../look.ts';
import type { CardUse } from './card-use.ts';
import { type FileAnswer, KeptFiles } from './kept-files.ts';
import { Searched } from './searched.ts';
import { namesIn } from './small-file.ts';

/** An open card of a process. */
interface OpenCard {
  readonly pid: number;
  readonly fdinfo: string;
}

/** What one client of a driver has used of a card since it began, in nanoseconds or cycles of its engines. */
interface Client {
  readonly pid: number;
  readonly pciAddress: string;
  readonly key: string;
  readonly used: bigint;
}

const PROCESS = /^\d+$/;
const CARD = /^\/dev\/dri\//;
/** Opened later than this ago, a card is not yet known: a walk through the open files of all processes costs. */
const SEARCH_MS = 30_000;
/** A process opens its cards early, with low numbers; ten thousand connections after that are not walked through. */
const MOST_FILES = 256;

/**
 * Who used which card, by the times that the driver books to its clients in `/proc/<pid>/fdinfo`
 * (Documentation/gpu/drm-usage-stats.rst): the engines' nanoseconds, or their cycles where there are no times (xe). Needs the
 * right to see the open files of other processes; without it nobody is named.
 */
export function drmUse(root: string, drivers: readonly string[], deadlineMs: number): CardUse {
  const proc = join(root, 'proc');
  const files = new KeptFiles(deadlineMs);
  const open = new Searched(() => findOpenCards(proc), SEARCH_MS);
  let before: ReadonlyMap<string, bigint> = new Map();
  return {
    async read(runningMs) {
      const cards = await open.at(runningMs);
      const paths = cards.map(({ fdinfo }) => fdinfo);
      files.keepOnly(paths);
      const answers = await files.read(paths);
      const clients = onceEach(cards.flatMap(({ pid, fdinfo }) => maybeClient(pid, drivers, answers.get(fdinfo))));
      const uses = usesSince(before, clients);
      // A driver may lag behind what it said before: the higher figure stands until it is passed.
      before = new Map(clients.map(({ key, used }) => [key, greater(used, before.get(key) ?? 0n)]));
      return uses;
    },
    close() {
      files.close();
      open.close();
    },
  };
}

async function findOpenCards(proc: string): Promise<OpenCard[]> {
  const open: OpenCard[] = [];
  // One process after the other: the walk has time, and the ticks between go on.
  for (const pid of (await namesIn(proc)).filter((name) => PROCESS.test(name))) {
    const fds = (await namesIn(join(proc, pid, 'fd'))).sort((a, b) => Number(a) - Number(b)).slice(0, MOST_FILES);
    const targets = await Promise.all(fds.map((fd) => maybeTarget(join(proc, pid, 'fd', fd))));
    for (const [index, fd] of fds.entries()) {
      if (CARD.test(targets[index] ?? '')) open.push({ pid: Number(pid), fdinfo: join(proc, pid, 'fdinfo', fd) });
    }
  }
  return open;
}

function maybeTarget(link: string): Promise<string | undefined> {
  return new Promise((resolve) => readlink(link, (error, target) => resolve(error ? undefined : target)));
}

function maybeClient(pid: number, drivers: readonly string[], answer: FileAnswer | undefined): Client[] {
  if (!answer || !('text' in answer)) return [];
  const keys = new Map(
    [...answer.text.matchAll(/^(drm-[^:\s]+):\s*(\S+)/gm)].map(([, key = '', value = '']) => [key, value]),
  );
  const pciAddress = keys.get('drm-pdev');
  const id = keys.get('drm-client-id');
  if (!pciAddress || id === undefined || !drivers.includes(keys.get('drm-driver') ?? '')) return [];
  return [{ pid, pciAddress, key: `${pciAddress} ${id}`, used: usedIn(keys) }];
}

function usedIn(keys: ReadonlyMap<string, string>): bigint {
  const sum = (prefix: RegExp) =>
    [...keys].reduce((all, [key, value]) => (prefix.test(key) && /^\d+$/.test(value) ? all + BigInt(value) : all), 0n);
  return sum(/^drm-engine-(?!capacity-)/) || sum(/^drm-cycles-/);
}

/** A client that several files or processes share counts once, for the process found first. */
function onceEach(clients: readonly Client[]): Client[] {
  const byKey = new Map<string, Client>();
  for (const client of clients) if (!byKey.has(client.key)) byKey.set(client.key, client);
  return [...byKey.values()];
}

/** What each used since the look before; a client that was not seen then has used nothing yet, since nobody knows when. */
function usesSince(before: ReadonlyMap<string, bigint>, clients: readonly Client[]): Map<string, ProcessUse[]> {
  const uses = new Map<string, ProcessUse[]>();
  for (const { key, pid, pciAddress, used } of clients) {
    const weight = used - (before.get(key) ?? used);
    if (weight > 0n) uses.set(pciAddress, [...(uses.get(pciAddress) ?? []), { pid, weight }]);
  }
  return uses;
}

function greater(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
