import type { Parts } from '../attribution/shares.ts';
import type { Workload } from '../attribution/workload.ts';
import type { Device } from '../spending.ts';
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

/** Labels of a series of energy: two workloads with the same labels are one series. */
interface WorkloadLabels extends IdentityLabels {
  readonly component: Device['component'];
  readonly basis: Device['basis'];
}

interface WorkloadSeries {
  readonly labels: WorkloadLabels;
  readonly energyMicrojoules: bigint;
  /** By the running clock. */
  readonly usedAtMs: number;
}

/** Energy by workload since the agent started, in microjoules. Sums over series never fall. */
export interface WorkloadTotals {
  readonly series: ReadonlyMap<string, WorkloadSeries>;
  /** The series of `other`, one for each component and basis. */
  readonly others: ReadonlyMap<string, WorkloadSeries>;
  readonly unassigned: ReadonlyMap<string, UnassignedSeries>;
  readonly folded: { readonly ended: number; readonly cap: number };
  /** Series of the last tick that found no room. */
  readonly overCap: number;
}

interface UnassignedSeries {
  readonly labels: Pick<WorkloadLabels, 'component' | 'basis'> & { readonly share: 'idle' | 'unattributed' };
  readonly energyMicrojoules: bigint;
}

/** One device's energy of a tick, dealt out under the idle policy. */
export interface Dealt {
  readonly device: Device;
  readonly parts: Parts;
}

export const NO_WORKLOADS: WorkloadTotals = {
  series: new Map(),
  others: new Map(),
  unassigned: new Map(),
  folded: { ended: 0, cap: 0 },
  overCap: 0,
};

/** The totals with one more tick in them, in at most `maxSeries` series beside those of `other`. */
export function withWorkloadTick(
  totals: WorkloadTotals,
  dealt: readonly Dealt[],
  { runningMs, maxSeries }: { readonly runningMs: number; readonly maxSeries: number },
): WorkloadTotals {
  const ledger = new Ledger(totals);
  const newcomers: [string, WorkloadSeries][] = [];
  gainsOf(dealt, runningMs).forEach((gain, key) => {
    if (!ledger.maybeGrow(key, gain)) newcomers.push([key, gain]);
  });
  const ended = ledger.fold(({ usedAtMs }) => runningMs - usedAtMs >= ENDED_MS, Number.POSITIVE_INFINITY);
  const missing = ledger.series.size + newcomers.length - maxSeries;
  const quiet = ledger.fold(({ usedAtMs }) => runningMs - usedAtMs >= QUIET_MS, missing);
  const room = Math.max(0, maxSeries - ledger.series.size);
  // The largest first: what is left without a series is the least.
  newcomers.sort(([, a], [, b]) => compare(b.energyMicrojoules, a.energyMicrojoules));
  for (const [key, gain] of newcomers.slice(0, room)) ledger.series.set(key, gain);
  for (const [, gain] of newcomers.slice(room)) ledger.toOther(gain);
  return {
    series: ledger.series,
    others: ledger.others,
    unassigned: withUnassigned(totals.unassigned, dealt),
    folded: { ended: totals.folded.ended + ended, cap: totals.folded.cap + quiet },
    overCap: Math.max(0, newcomers.length - room),
  };
}

/** The maps of one tick while it is booked. */
class Ledger {
  readonly series: Map<string, WorkloadSeries>;
  readonly others: Map<string, WorkloadSeries>;

  constructor({ series, others }: WorkloadTotals) {
    this.series = new Map(series);
    this.others = new Map(others);
  }

  maybeGrow(key: string, gain: WorkloadSeries): boolean {
    const before = this.series.get(key);
    if (before) this.series.set(key, grown(before, gain));
    // A workload may be called "other", too: then it is one of them.
    else if (key === keyOf(gain.labels, OTHER.key)) this.toOther(gain);
    else return false;
    return true;
  }

  /** Moves the totals of series to `other`, those unused for longest first, `most` of them; tells how many. */
  fold(isFoldable: (series: WorkloadSeries) => boolean, most: number): number {
    if (most <= 0) return 0;
    const foldable: [string, WorkloadSeries][] = [];
    this.series.forEach((series, key) => {
      if (isFoldable(series)) foldable.push([key, series]);
    });
    foldable.sort(([, a], [, b]) => a.usedAtMs - b.usedAtMs || compare(a.energyMicrojoules, b.energyMicrojoules));
    const folded = foldable.slice(0, most);
    for (const [key, series] of folded) {
      this.series.delete(key);
      this.toOther(series);
    }
    return folded.length;
  }

  toOther(series: WorkloadSeries): void {
    const { component, basis } = series.labels;
    const labels = { component, basis, ...OTHER.labels };
    const key = keyOf(labels, OTHER.key);
    const before = this.others.get(key) ?? { labels, energyMicrojoules: 0n, usedAtMs: series.usedAtMs };
    this.others.set(key, grown(before, series));
  }
}

/** Devices of a kind are added up by workload first: a host has many of both, and few kinds. */
function gainsOf(dealt: readonly Dealt[], runningMs: number): Map<string, WorkloadSeries> {
  const gains = new Map<string, WorkloadSeries>();
  for (const [kind, { device, energies }] of byKind(dealt)) {
    energies.forEach((energyMicrojoules, workload) => {
      const { key, labels } = namedSeries(kind, device, workload);
      const before = gains.get(key)?.energyMicrojoules ?? 0n;
      gains.set(key, { labels, energyMicrojoules: before + energyMicrojoules, usedAtMs: runningMs });
    });
  }
  return gains;
}

interface KindGain {
  readonly device: Device;
  readonly energies: Map<Workload, bigint>;
}

function byKind(dealt: readonly Dealt[]): Map<string, KindGain> {
  const kinds = new Map<string, KindGain>();
  for (const { device, parts } of dealt) {
    const kind = keyOf(device, '');
    const { energies } = kinds.get(kind) ?? { energies: new Map<Workload, bigint>() };
    kinds.set(kind, { device, energies });
    // Every device times every workload: the most frequent step of a tick, and `for … of` makes an object for each.
    parts.workloads.forEach(({ workload, energyMicrojoules }) => {
      if (energyMicrojoules > 0n) energies.set(workload, (energies.get(workload) ?? 0n) + energyMicrojoules);
    });
  }
  return kinds;
}

interface NamedSeries {
  readonly key: string;
  readonly labels: WorkloadLabels;
}

/** Every workload is asked for once for each kind and tick, and never changes. */
const NAMED = new WeakMap<Workload, Map<string, NamedSeries>>();

function namedSeries(kind: string, { component, basis }: Device, workload: Workload): NamedSeries {
  const ofKinds = NAMED.get(workload) ?? new Map<string, NamedSeries>();
  const known = ofKinds.get(kind);
  if (known) return known;
  const identity = identityOf(workload);
  const named = { key: `${kind}${identity.key}`, labels: { component, basis, ...identity.labels } };
  NAMED.set(workload, ofKinds.set(kind, named));
  return named;
}

function grown(before: WorkloadSeries, gain: WorkloadSeries): WorkloadSeries {
  return { ...before, energyMicrojoules: before.energyMicrojoules + gain.energyMicrojoules, usedAtMs: gain.usedAtMs };
}

function withUnassigned(before: WorkloadTotals['unassigned'], dealt: readonly Dealt[]): WorkloadTotals['unassigned'] {
  const grownTo = new Map(before);
  for (const { device, parts } of dealt) {
    for (const share of ['idle', 'unattributed'] as const) {
      const { component, basis } = device;
      const key = `${component}\n${basis}\n${share}`;
      const sum = (grownTo.get(key)?.energyMicrojoules ?? 0n) + parts[share];
      grownTo.set(key, { labels: { component, basis, share }, energyMicrojoules: sum });
    }
  }
  return grownTo;
}

function keyOf({ component, basis }: Pick<WorkloadLabels, 'component' | 'basis'>, identity: string): string {
  return `${component} ${basis} ${identity}`;
}

function compare(a: bigint, b: bigint): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
