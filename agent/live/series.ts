import type { Level } from '../../lib/landing/activity-record.ts';
import { emissionsOf, gramsCo2ePerKilowattHour, joules, kilowattHours } from '../../lib/units/quantity.ts';
import { decimalText } from '../decimals.ts';
import type { Device } from '../spending.ts';
import { METRICS, type Metric } from './catalogue.ts';
import type { DeviceTotal } from './device-totals.ts';
import type { AgentHealth, SpoolHealth, TargetLevel } from './health.ts';
import { type ModelRate, ratesOf } from './model-window.ts';
import { type Family, type Sample, writtenLabels } from './render.ts';
import type { Totals } from './totals.ts';
import { labelText } from './workload-name.ts';

const MS_PER_SECOND = 1000;
/** Names of models come from outside. */
const MOST_LEVELS = 200;
const LEVEL_METRICS = [
  ['queued_requests', METRICS.scrapedQueue],
  ['running_requests', METRICS.scrapedRunning],
  ['kv_cache_ratio', METRICS.scrapedCache],
  ['loss', METRICS.scrapedLoss],
  ['accuracy', METRICS.scrapedAccuracy],
  ['learning_rate', METRICS.scrapedLearningRate],
] as const satisfies readonly (readonly [Level, Metric])[];

/** The series of energy, power and rates; a carbon rate only where `intensity` (gCO2e/kWh) is known. */
export function seriesOfTotals({ devices, workloads, models, wall }: Totals, intensity: number | undefined): Family[] {
  const energies = [...devices.energies.values()];
  const rates = ratesOf(models);
  const { series, unassigned, folded, overCap } = workloads;
  return [
    { metric: METRICS.deviceEnergy, samples: energies.flatMap(energySamples) },
    { metric: METRICS.deviceGap, samples: [...devices.gaps.values()].map(gapSample) },
    { metric: METRICS.devicePower, samples: energies.flatMap(powerSamples) },
    { metric: METRICS.counterToPower, samples: [...devices.counterToPowerRatios.values()].map(ratioSample) },
    { metric: METRICS.workloadEnergy, samples: series.map(energySample) },
    { metric: METRICS.unassignedEnergy, samples: unassigned.map(energySample) },
    { metric: METRICS.wallPower, samples: wall?.isCurrent ? [of({ method: wall.method }, wall.powerWatts)] : [] },
    {
      metric: METRICS.wallEnergy,
      samples:
        wall?.energyMicrojoules === undefined ? [] : [of({ method: wall.method }, decimalText(wall.energyMicrojoules))],
    },
    {
      metric: METRICS.carbon,
      samples: intensity === undefined ? [] : energies.flatMap((total) => carbonSamples(total, intensity)),
    },
    ...seriesOfRates(rates),
    { metric: METRICS.workloadsOverCap, samples: [of({}, overCap)] },
    {
      metric: METRICS.seriesFolded,
      samples: [of({ reason: 'ended' }, folded.ended), of({ reason: 'cap' }, folded.cap)],
    },
  ];
}

/** The series of the agent's own health; `tickAgeSeconds` is `undefined` before the first tick. */
export function seriesOfHealth(
  health: AgentHealth | undefined,
  { now, tickAgeSeconds }: { readonly now: Date; readonly tickAgeSeconds: number | undefined },
): Family[] {
  const tickAge = { metric: METRICS.lastTickAge, samples: maybe(tickAgeSeconds) };
  if (!health) return [tickAge];
  const { build, process, readErrors } = health;
  return [
    ...seriesOfSpool(health.spool, now),
    { metric: METRICS.sinkFailures, samples: named('sink', health.sinkFailures, (count) => count) },
    {
      metric: METRICS.readErrors,
      samples: Object.entries(readErrors).flatMap(([sensor, reasons]) =>
        Object.entries(reasons).map(([reason, count]) => of({ sensor, reason }, count)),
      ),
    },
    { metric: METRICS.scrapeStaleness, samples: named('target', health.scrapedAt, (at) => ageOf(at, now)) },
    ...seriesOfLevels(health.levels ?? []),
    { metric: METRICS.tickDuration, samples: maybe(health.tickSeconds) },
    tickAge,
    { metric: METRICS.buildInfo, samples: [of({ version: build.version, node: build.node }, 1)] },
    { metric: METRICS.processCpu, samples: [of({}, process.cpuSeconds)] },
    { metric: METRICS.processMemory, samples: [of({}, process.residentBytes)] },
    { metric: METRICS.processStart, samples: [of({}, process.startedAt.getTime() / MS_PER_SECOND)] },
  ];
}

function seriesOfSpool(spool: SpoolHealth | undefined, now: Date): Family[] {
  if (!spool) return [];
  return [
    { metric: METRICS.spoolRecords, samples: [of({}, spool.records)] },
    { metric: METRICS.spoolBytes, samples: [of({}, spool.bytes)] },
    { metric: METRICS.oldestUnsent, samples: maybe(spool.oldestUnsentAt && ageOf(spool.oldestUnsentAt, now)) },
    { metric: METRICS.recordsDropped, samples: [of({}, spool.dropped)] },
    { metric: METRICS.recordsQuarantined, samples: [of({}, spool.quarantined)] },
  ];
}

function seriesOfLevels(levels: readonly TargetLevel[]): Family[] {
  const kept = Map.groupBy(levels.slice(0, MOST_LEVELS), ({ level }) => level);
  return LEVEL_METRICS.map(([level, metric]) => ({ metric, samples: levelSamples(kept.get(level) ?? []) }));
}

/** Names that are one once they are cut have one series: the first. */
function levelSamples(levels: readonly TargetLevel[]): Sample[] {
  const samples = new Map<string, Sample>();
  for (const { target, model, value } of levels) {
    const labels = { target: labelText(target), model_id: model === undefined ? null : labelText(model) };
    const key = JSON.stringify(labels);
    if (!samples.has(key)) samples.set(key, of(labels, value));
  }
  return [...samples.values()];
}

function seriesOfRates(rates: readonly ModelRate[]): Family[] {
  return [
    { metric: METRICS.joulesPerRequest, samples: rates.flatMap((rate) => perSamples(rate, rate.requests)) },
    { metric: METRICS.joulesPerOutputToken, samples: rates.flatMap((rate) => perSamples(rate, rate.outputTokens)) },
    {
      metric: METRICS.outputTokensPerJoule,
      samples: rates.flatMap(({ model_id, basis, joules: energy, outputTokens }) =>
        outputTokens === undefined ? [] : [of({ model_id, basis }, outputTokens / energy)],
      ),
    },
  ];
}

/** Joules for each of nothing are not a number that anyone can use: absent. */
function perSamples({ model_id, basis, joules: energy }: ModelRate, count: number | undefined): Sample[] {
  return count ? [of({ model_id, basis }, energy / count)] : [];
}

const SHARES = ['attributed', 'idle', 'unattributed'] as const;

/** Labels of a device's series, as they are written: of its energy share by share, of its power and of its emissions. */
interface DeviceLabels {
  readonly shares: readonly string[];
  readonly power: string;
  readonly carbon: string;
}

/** A device is one object for as long as nothing about it changes (agent/spending.ts). */
const DEVICE_LABELS = new WeakMap<Device, DeviceLabels>();

function labelsOf(device: Device): DeviceLabels {
  const known = DEVICE_LABELS.get(device);
  if (known) return known;
  const { component, domain, model, basis } = device;
  const labels = {
    shares: SHARES.map((share) => writtenLabels({ component, domain, model, basis, share })),
    power: writtenLabels({ component, domain, model, basis }),
    carbon: writtenLabels({ component, domain, basis }),
  };
  DEVICE_LABELS.set(device, labels);
  return labels;
}

function energySamples({ device, ...parts }: DeviceTotal): Sample[] {
  const { shares } = labelsOf(device);
  return SHARES.map((share, at) => of(shares[at] ?? '', decimalText(parts[share])));
}

function powerSamples({ device, powerWatts }: DeviceTotal): Sample[] {
  return powerWatts === undefined ? [] : [of(labelsOf(device).power, powerWatts)];
}

/** g/s = W · 1 s → kWh · g/kWh */
function carbonSamples({ device, powerWatts }: DeviceTotal, intensity: number): Sample[] {
  if (powerWatts === undefined) return [];
  const grams = emissionsOf(kilowattHours(joules(powerWatts)), gramsCo2ePerKilowattHour(intensity));
  return [of(labelsOf(device).carbon, grams)];
}

function gapSample({ device, reason, seconds }: { device: Device; reason: string; seconds: number }): Sample {
  return of({ component: device.component, domain: device.domain, reason }, seconds);
}

function ratioSample({ device, ratio }: { device: Pick<Device, 'component' | 'domain'>; ratio: number }): Sample {
  return of({ component: device.component, domain: device.domain }, ratio);
}

function energySample({ labels, energyMicrojoules }: { labels: string; energyMicrojoules: bigint }): Sample {
  return { labels, value: decimalText(energyMicrojoules) };
}

function named<Told>(label: string, told: Readonly<Record<string, Told>>, numberOf: (told: Told) => number): Sample[] {
  return Object.entries(told).map(([name, value]) => of({ [label]: labelText(name) }, numberOf(value)));
}

function ageOf(then: Date | undefined, now: Date): number {
  if (!then) return Number.POSITIVE_INFINITY;
  // A wall clock that was set back makes nothing younger than now.
  return Math.max(0, (now.getTime() - then.getTime()) / MS_PER_SECOND);
}

function maybe(value: number | undefined): Sample[] {
  return value === undefined ? [] : [of({}, value)];
}

function of(labels: Sample['labels'], value: Sample['value']): Sample {
  return { labels, value };
}
