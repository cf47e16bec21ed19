import type { Parts } from '../../agent/attribution/shares.ts';
import { UNNAMED, type Workload, type WorkloadNames } from '../../agent/attribution/workload.ts';
import { type Look, NO_OWNERS } from '../../agent/look.ts';
import type { Device, Spending } from '../../agent/spending.ts';

export const PACKAGE: Device = {
  component: 'cpu',
  domain: 'package-0',
  method: 'rapl',
  basis: 'measured',
  u95Ratio: 0.05,
};

export const GPU: Device = {
  component: 'gpu',
  domain: 'GPU-1',
  method: 'nvml-counter',
  basis: 'measured',
  u95Ratio: 0.05,
  vendor: 'NVIDIA',
  model: 'NVIDIA H200',
};

/** A service that runs a model. */
export function serviceOf(unit: string, names: Partial<WorkloadNames> = {}): Workload {
  return { key: `/system.slice/${unit}`, labels: { unit }, names: { ...UNNAMED, ...names } };
}

/** A look so many seconds after noon, at nothing in particular. */
export function lookAt(seconds: number, more: Partial<Look> = {}): Look {
  return {
    readAt: new Date(Date.parse('2026-06-01T12:00:00Z') + seconds * 1000),
    runningMs: seconds * 1000,
    sinceBootMs: seconds * 1000,
    bootId: 'b',
    devices: [],
    cpuTime: undefined,
    workloadTimes: [],
    owners: NO_OWNERS,
    ...more,
  };
}

interface Dealt extends Partial<Pick<Parts, 'idle' | 'unattributed'>> {
  readonly workloads?: readonly { readonly workload: Workload; readonly energyMicrojoules: bigint }[];
}

/** What a device spent in the second that ends with a look; the parts are in microjoules. */
export function spent(device: Device, to: Look, dealt: Dealt): Spending {
  const { workloads = [], idle = 0n, unattributed = 0n } = dealt;
  const energyMicrojoules = workloads.reduce((sum, part) => sum + part.energyMicrojoules, idle + unattributed);
  const users = workloads.map(({ workload }) => workload);
  const energies = workloads.map((part) => part.energyMicrojoules);
  return { ...during(device, to), spent: { energyMicrojoules, parts: { users, energies, idle, unattributed } } };
}

/** A device that did not say in the second that ends with a look. */
export function silent(device: Device, to: Look, gap: string): Spending {
  return { ...during(device, to), spent: { gap } };
}

function during(device: Device, to: Look) {
  const from = { ...to, readAt: new Date(to.readAt.getTime() - 1000), runningMs: to.runningMs - 1000 };
  return { device, from, to, quality: [] };
}
