import type { Parts } from '../attribution/shares.ts';
import type { Workload } from '../attribution/workload.ts';
import type { Device } from '../spending.ts';
import { writtenLabels } from './render.ts';
import { type IdentityLabels, identityFrom, identityOf } from './workload-name.ts';

/** The workload that stands for all that have no series of their own. */
const OTHER = identityFrom({
  project: null,
  model_id: null,
  workload_type: null,
  workload_id: null,
  workload: 'other',
});
/** A workload that has used nothing for so long has ended. */
const ENDED_MS = 600_000;
/** One that has used nothing for so long makes room where the cap is reached. */
const QUIET_MS = 60_000;

/** What adds up: energy of one component on one basis. */
type Kind = Pick<Device, 'component' | 'basis'>;

interface WorkloadSeries {
  readonly kind: Kind;
  /** As they stand on the page: two workloads with the same labels are one series. */
  readonly labels: string;
  energyMicrojoules: bigint;
  /** By the running clock. */
  usedAtMs: number;
}

interface UnassignedSeries {
  readonly labels: string;
  energyMicrojoules: bigint;
}

/** One device's energy of a tick, dealt out under the idle policy. */
export interface Dealt {
  readonly device: Device;
  readonly parts: Parts;
}

interface Tick {
  readonly runningMs: number;
  /** At most so many series of workloads, beside those of `other`. */
  readonly maxSeries: number;
}

const UNASSIGNED = ['idle', 'unattributed'] as const;

/**
 * Energy by workload since the agent started, in microjoules. Sums over series never fall. It grows in place: maps that are copied
 * each second are what the collector would be busy with.
 */
export class WorkloadTotals {
  readonly #series = new Map<string, WorkloadSeries>();
  /** The series of `other`, one for each kind. */
  readonly #others = new Map<string, WorkloadSeries>();
  readonly #unassigned = new Map<string, UnassignedSeries>();
  /** Series that moved to `other`, by reason. */
  readonly folded = { ended: 0, cap: 0 };
  /** Series of the last tick that found no room. */
  overCap = 0;

  get series(): readonly Readonly<WorkloadSeries>[] {
    return [...this.#series.values(), ...this.#others.values()];
  }

  /** What nobody bears: one for each kind and share. */
  get unassigned(): readonly Readonly<UnassignedSeries>[] {
    return [...this.#unassigned.values()];
  }

  /** One more tick. */
  add(dealt: readonly Dealt[], tick: Tick): void {
    const newcomers = new Map<string, WorkloadSeries>();
    for (const { kind, kindText, users, energies } of summedByKind(dealt)) {
      // Here and below by `forEach` and without objects of its own: each workload of each kind each second.
      users.forEach((workload, at) => {
        const energy = energies[at] ?? 0n;
        if (energy === 0n) return;
        const { key, labels } = namedSeries(kind, kindText, workload);
        const series = this.#series.get(key) ?? newcomers.get(key);
        if (series) grow(series, energy, tick.runningMs);
        else newcomers.set(key, { kind, labels, energyMicrojoules: energy, usedAtMs: tick.runningMs });
      });
    }
    this.#seat(newcomers, tick);
    for (const { device, parts } of dealt) this.#addUnassigned(device, parts);
  }

  /** Gives newcomers a series each, as far as there is room or room can be made. */
  #seat(newcomers: Map<string, WorkloadSeries>, { runningMs, maxSeries }: Tick): void {
    // A workload may be called "other", too: then it is one of them.
    for (const [key, gain] of newcomers)
      if (key === `${textOf(gain.kind)}${OTHER.key}` && newcomers.delete(key)) this.#toOther(gain);
    this.folded.ended += this.#fold(({ usedAtMs }) => runningMs - usedAtMs >= ENDED_MS, Number.POSITIVE_INFINITY);
    const missing = this.#series.size + newcomers.size - maxSeries;
    this.folded.cap += this.#fold(({ usedAtMs }) => runningMs - usedAtMs >= QUIET_MS, missing);
    const room = Math.max(0, maxSeries - this.#series.size);
    // The largest first: what is left without a series is the least.
    const inOrder = [...newcomers].sort(([, a], [, b]) => compare(b.energyMicrojoules, a.energyMicrojoules));
    for (const [key, gain] of inOrder.slice(0, room)) this.#series.set(key, gain);
    for (const [, gain] of inOrder.slice(room)) this.#toOther(gain);
    this.overCap = Math.max(0, newcomers.size - room);
  }

  /** Moves the totals of series to `other`, those unused for longest first, `most` of them; tells how many. */
  #fold(isFoldable: (series: WorkloadSeries) => boolean, most: number): number {
    if (most <= 0) return 0;
    const foldable: [string, WorkloadSeries][] = [];
    this.#series.forEach((series, key) => {
      if (isFoldable(series)) foldable.push([key, series]);
    });
    foldable.sort(([, a], [, b]) => a.usedAtMs - b.usedAtMs || compare(a.energyMicrojoules, b.energyMicrojoules));
    const folded = foldable.slice(0, most);
    for (const [key, series] of folded) {
      this.#series.delete(key);
      this.#toOther(series);
    }
    return folded.length;
  }

  #toOther({ kind, energyMicrojoules, usedAtMs }: WorkloadSeries): void {
    const key = textOf(kind);
    const other = this.#others.get(key);
    if (other) grow(other, energyMicrojoules, usedAtMs);
    else this.#others.set(key, { kind, labels: labelsOf(kind, OTHER.labels), energyMicrojoules, usedAtMs });
  }

  #addUnassigned(kind: Kind, parts: Parts): void {
    const { component, basis } = kind;
    for (const share of UNASSIGNED) {
      const key = `${textOf(kind)}${share}`;
      const series = this.#unassigned.get(key);
      if (series) series.energyMicrojoules += parts[share];
      else {
        const labels = writtenLabels({ component, basis, share });
        this.#unassigned.set(key, { labels, energyMicrojoules: parts[share] });
      }
    }
  }
}

interface Gains {
  readonly kind: Kind;
  readonly kindText: string;
  readonly users: readonly Workload[];
  readonly energies: bigint[];
}

/** Devices of a kind that share their users are added up first: a host has many devices and users, and few kinds. */
function summedByKind(dealt: readonly Dealt[]): Gains[] {
  const sums: Gains[] = [];
  for (const { device, parts } of dealt) {
    const { users, energies } = parts;
    const kindText = textOf(device);
    const same = sums.find((sum) => sum.users === users && sum.kindText === kindText);
    if (!same) sums.push({ kind: device, kindText, users, energies: [...energies] });
    else
      energies.forEach((energy, at) => {
        same.energies[at] = (same.energies[at] ?? 0n) + energy;
      });
  }
  return sums;
}

interface NamedSeries {
  readonly key: string;
  readonly labels: string;
}

/** Every workload is asked for once for each kind and tick, and never changes. */
const NAMED = new WeakMap<Workload, Map<string, NamedSeries>>();

function namedSeries(kind: Kind, kindText: string, workload: Workload): NamedSeries {
  const ofKinds = NAMED.get(workload) ?? new Map<string, NamedSeries>();
  const known = ofKinds.get(kindText);
  if (known) return known;
  const identity = identityOf(workload);
  const named = { key: `${kindText}${identity.key}`, labels: labelsOf(kind, identity.labels) };
  NAMED.set(workload, ofKinds.set(kindText, named));
  return named;
}

function labelsOf({ component, basis }: Kind, labels: IdentityLabels): string {
  return writtenLabels({ component, basis, ...labels });
}

function grow(series: WorkloadSeries, energy: bigint, runningMs: number): void {
  series.energyMicrojoules += energy;
  series.usedAtMs = runningMs;
}

function textOf({ component, basis }: Kind): string {
  return `${component} ${basis} `;
}

function compare(a: bigint, b: bigint): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
