import type { Component } from '../../lib/landing/record.ts';
import type { Workload, WorkloadNames } from '../attribution/workload.ts';
import { decimalText } from '../decimals.ts';
import type { Spending } from '../spending.ts';

/** How a run ended, in the words of the source `runs`. */
export const OUTCOMES = ['succeeded', 'failed', 'aborted'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** A run as whoever starts it names it. */
export interface RunRequest {
  readonly run_id: string;
  /** Runs that tried to reach one goal share it: failed ones are part of the way. */
  readonly solution_id?: string | undefined;
  readonly names: Partial<WorkloadNames>;
  /** A process of the run: its workload is the run's. Without one the run is told by its JOULEBOOK_RUN_ID alone. */
  readonly pid?: number | undefined;
}

export interface RunEnd {
  readonly outcome: Outcome;
  readonly target_metric?: string | undefined;
  readonly target_value?: number | undefined;
}

/** An open run: what its workloads have used so far, and what the whole host has. */
export interface RunWindow extends RunRequest {
  readonly startedAt: Date;
  /** By the clock that only runs. */
  readonly startedMs?: number | undefined;
  /** Workloads that belong to the run besides those that bear its id. */
  readonly workloadKeys: ReadonlySet<string>;
  readonly attributed: ReadonlyMap<Component, bigint>;
  readonly host: ReadonlyMap<Component, bigint>;
  /** Components of which some energy was unknown while the run was open. */
  readonly gaps: ReadonlySet<Component>;
  /** Devices that did not answer when the run was opened: what they tell first is also of the time before it. */
  readonly silent: ReadonlySet<string>;
}

/** The record of a run: the columns of the source `runs`, and its energy on this host. */
export interface RunRecord {
  readonly run_id: string;
  readonly solution_id: string | null;
  readonly started_at: string;
  readonly ended_at: string;
  readonly outcome: Outcome;
  readonly target_metric: string | null;
  readonly target_value: number | null;
  readonly project: string | null;
  readonly model_id: string | null;
  readonly workload_type: string | null;
  readonly workload_id: string;
  readonly host_id: string;
  /** Energy of the run's own workloads by component, decimal joules; a component that nobody measured is absent. */
  readonly energy_joules: Readonly<Record<string, string>>;
  /** Energy of the whole host while the run was open, idle and everybody else included. */
  readonly host_energy_joules: Readonly<Record<string, string>>;
  /** Components with a gap: their energy is a lower bound. */
  readonly gaps: readonly string[];
}

/** Opens a run. `workload` is that of the process it names, where it is known. */
export function openWindow(request: RunRequest, startedAt: Date, workload: Workload | undefined): RunWindow {
  return {
    ...request,
    startedAt,
    workloadKeys: new Set(workload ? [workload.key] : []),
    attributed: new Map(),
    host: new Map(),
    gaps: new Set(),
    silent: new Set(),
  };
}

/** The window with one more tick in it. */
export function windowWithTick(window: RunWindow, spendings: readonly Spending[]): RunWindow {
  const [attributed, host, gaps] = [new Map(window.attributed), new Map(window.host), new Set(window.gaps)];
  const silent = new Set(window.silent);
  for (const { device, spent } of spendings) {
    if ('gap' in spent || silent.delete(device.domain)) {
      gaps.add(device.component);
      continue;
    }
    add(host, device.component, spent.energyMicrojoules);
    const { users, energies } = spent.parts;
    users.forEach((workload, at) => {
      if (isOf(window, workload)) add(attributed, device.component, energies[at] ?? 0n);
    });
  }
  return { ...window, attributed, host, gaps, silent };
}

/** Closes a run: its record for the source `runs`. */
export function recordOfRun(
  window: RunWindow,
  end: RunEnd,
  ended: { at: Date; runningMs: number; hostId: string },
): RunRecord {
  const { run_id, solution_id, names } = window;
  return {
    run_id,
    solution_id: solution_id ?? null,
    started_at: startOf(window, ended).toISOString(),
    ended_at: ended.at.toISOString(),
    outcome: end.outcome,
    target_metric: end.target_metric ?? null,
    target_value: end.target_value ?? null,
    project: names.project ?? null,
    model_id: names.model_id ?? null,
    workload_type: names.workload_type ?? null,
    workload_id: names.workload_id ?? run_id,
    host_id: ended.hostId,
    energy_joules: textsOf(window.attributed),
    host_energy_joules: textsOf(window.host),
    gaps: [...window.gaps].sort(),
  };
}

/** Where the wall clock was set back beyond its beginning, a run began as long ago as it lasted. */
function startOf({ startedAt, startedMs }: RunWindow, { at, runningMs }: { at: Date; runningMs: number }): Date {
  if (startedAt <= at) return startedAt;
  return new Date(at.getTime() - Math.max(0, runningMs - (startedMs ?? runningMs)));
}

function isOf({ run_id, workloadKeys }: RunWindow, { key, labels }: Workload): boolean {
  return labels['run_id'] === run_id || workloadKeys.has(key);
}

function add(totals: Map<Component, bigint>, component: Component, energy: bigint): void {
  totals.set(component, (totals.get(component) ?? 0n) + energy);
}

function textsOf(energies: ReadonlyMap<Component, bigint>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    [...energies].sort(([a], [b]) => (a < b ? -1 : 1)).map(([component, energy]) => [component, decimalText(energy)]),
  );
}
