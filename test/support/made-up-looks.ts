import { UNNAMED } from '../../agent/attribution/workload.ts';
import { type DeviceReading, type Look, NO_OWNERS } from '../../agent/look.ts';

const NOON = Date.parse('2026-06-01T12:00:00Z');

export const LLM = { key: '/llm.service', labels: { unit: 'llm.service' }, names: UNNAMED };

/** A device that is dealt out by CPU time, and can draw 1 000 W. */
export function deviceOf(
  domain: string,
  energyMicrojoules: bigint | undefined,
  more: Partial<DeviceReading> = {},
): DeviceReading {
  return {
    component: 'cpu',
    domain,
    method: 'rapl',
    basis: 'measured',
    u95Ratio: 0.05,
    counter: energyMicrojoules === undefined ? undefined : { energyMicrojoules, rangeMicrojoules: 1_000_000_000_000n },
    powerLimitWatts: 1000,
    use: 'cpu-time',
    ...more,
  };
}

export const packageOf = (energyMicrojoules: bigint | undefined) => deviceOf('package-0', energyMicrojoules);

/** A look so many seconds after noon of a host whose package has used 50 W since, and whose processors were busy a quarter of the time. */
export function lookAfter(seconds: number, more: Partial<Look> = {}): Look {
  return {
    readAt: new Date(NOON + seconds * 1000),
    runningMs: 500 + seconds * 1000,
    sinceBootMs: 900 + seconds * 1000,
    bootId: 'b',
    devices: [packageOf(BigInt(seconds) * 50_000_000n)],
    cpuTime: { busyMicroseconds: BigInt(seconds) * 250_000n, idleMicroseconds: BigInt(seconds) * 750_000n },
    workloadTimes: [],
    owners: NO_OWNERS,
    ...more,
  };
}
