import { setTimeout } from 'node:timers/promises';

import type { Attributes, ObservableResult } from '@opentelemetry/api';
import type { PushMetricExporter } from '@opentelemetry/sdk-metrics';

import type { Host } from '../look.ts';
import type { Device } from '../spending.ts';
import type { OtlpSettings } from './settings.ts';
import type { Totals } from './totals.ts';

/** Device energy and power on their way to an OTLP collector. */
export interface OtlpExport {
  /** Exports that failed since the start. */
  failures(): number;
  /** Sends what is known now, and waits until it was taken or refused. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

const MICROJOULES_PER_JOULE = 1e6;
const MS_PER_SECOND = 1000;
const METRICS_PATH = '/v1/metrics';
const LONGEST_EXPORT_MS = 10_000;
const LONGEST_CLOSE_MS = 2000;
/** OpenTelemetry SemanticConventions 1.45, hardware: well-known values of hw.type. */
const HW_TYPES: Readonly<Record<Device['component'], string>> = {
  gpu: 'gpu',
  cpu: 'cpu',
  memory: 'memory',
  network: 'network',
  storage: 'physical_disk',
  other: 'other',
};

/**
 * Sends hw.energy and hw.power of each device, and hw.host.energy and hw.host.power of the wall, every interval. The packages
 * of OpenTelemetry are loaded here and nowhere else. Throws where the headers cannot be read.
 */
export async function openOtlp(
  settings: OtlpSettings,
  { host, version, headers, totals }: { host: Host; version: string; headers: string | undefined; totals(): Totals },
): Promise<OtlpExport> {
  const [{ MeterProvider, PeriodicExportingMetricReader }, { resourceFromAttributes }, exporter] = await Promise.all([
    import('@opentelemetry/sdk-metrics'),
    import('@opentelemetry/resources'),
    openExporter(settings, headers === undefined ? {} : parseHeaders(headers)),
  ]);
  const counted = countFailures(exporter);
  const intervalMs = settings.interval_seconds * MS_PER_SECOND;
  const reader = new PeriodicExportingMetricReader({
    exporter,
    exportIntervalMillis: intervalMs,
    exportTimeoutMillis: Math.min(intervalMs, LONGEST_EXPORT_MS),
  });
  const resource = resourceFromAttributes({
    'service.name': 'joulebook-agent',
    'service.version': version,
    'host.id': host.hostId,
  });
  const provider = new MeterProvider({ resource, readers: [reader] });
  addDevices(provider.getMeter('joulebook', version), totals);
  addHost(provider.getMeter('joulebook', version), host, totals);
  return {
    failures: counted,
    flush: () => provider.forceFlush(),
    // A collector that is away must not keep the agent from ending.
    close: () =>
      Promise.race([
        provider.shutdown().catch(() => undefined),
        setTimeout(LONGEST_CLOSE_MS, undefined, { ref: false }),
      ]),
  };
}

async function openExporter(settings: OtlpSettings, headers: Record<string, string>): Promise<PushMetricExporter> {
  const { AggregationTemporalityPreference, OTLPMetricExporter } = await import(
    '@opentelemetry/exporter-metrics-otlp-http'
  );
  return new OTLPMetricExporter({
    url: metricsUrl(settings.endpoint),
    headers,
    timeoutMillis: LONGEST_EXPORT_MS,
    temporalityPreference:
      settings.temporality === 'delta'
        ? AggregationTemporalityPreference.DELTA
        : AggregationTemporalityPreference.CUMULATIVE,
  });
}

/** The SDK tells failures to its own log only: they are counted on their way there. */
function countFailures(exporter: PushMetricExporter): () => number {
  let failures = 0;
  const send = exporter.export.bind(exporter);
  exporter.export = (metrics, done) =>
    send(metrics, (result) => {
      // ExportResultCode.SUCCESS of @opentelemetry/core
      if (result.code !== 0) failures += 1;
      done(result);
    });
  return () => failures;
}

type Meter = ReturnType<InstanceType<typeof import('@opentelemetry/sdk-metrics').MeterProvider>['getMeter']>;

function addDevices(meter: Meter, totals: () => Totals): void {
  meter
    .createObservableCounter('hw.energy', { unit: 'J', description: 'Energy consumed by the component' })
    .addCallback((result) => observeEnergy(result, totals()));
  meter
    .createObservableGauge('hw.power', { unit: 'W', description: 'Mean power of the component over the last tick' })
    .addCallback((result) => observePower(result, totals()));
}

/** A whole host is told by these two only, so that nobody adds it to its parts (the conventions' own rule). */
function addHost(meter: Meter, { hostId }: Host, totals: () => Totals): void {
  const attributes = (method: string) => ({ 'hw.id': hostId, 'joulebook.method': method });
  meter
    .createObservableCounter('hw.host.energy', { unit: 'J', description: 'Energy consumed by the entire host' })
    .addCallback((result) => {
      const { wall } = totals();
      if (wall?.energyMicrojoules === undefined) return;
      result.observe(Number(wall.energyMicrojoules) / MICROJOULES_PER_JOULE, attributes(wall.method));
    });
  meter
    .createObservableGauge('hw.host.power', { unit: 'W', description: 'Power consumed by the entire host' })
    .addCallback((result) => {
      const { wall } = totals();
      if (wall?.isCurrent) result.observe(wall.powerWatts, attributes(wall.method));
    });
}

function observeEnergy(result: ObservableResult, { devices }: Totals): void {
  for (const { device, attributed, idle, unattributed } of devices.energies.values())
    result.observe(Number(attributed + idle + unattributed) / MICROJOULES_PER_JOULE, attributesOf(device));
}

function observePower(result: ObservableResult, { devices }: Totals): void {
  for (const { device, powerWatts } of devices.energies.values())
    if (powerWatts !== undefined) result.observe(powerWatts, attributesOf(device));
}

/** Attributes of the conventions, and our own basis: measured and modelled energy never add up unseen. */
function attributesOf({ component, domain, basis, vendor, model }: Device): Attributes {
  const cut = domain.lastIndexOf('/');
  return {
    'hw.id': domain,
    'hw.type': HW_TYPES[component],
    ...(cut > 0 && { 'hw.parent': domain.slice(0, cut) }),
    ...(vendor && { 'hw.vendor': vendor }),
    ...(model && { 'hw.model': model }),
    'joulebook.basis': basis,
  };
}

/** `https://collector:4318` and `https://collector:4318/v1/metrics` name the same place. */
export function metricsUrl(endpoint: string): string {
  const url = new URL(endpoint);
  if (!url.pathname.endsWith(METRICS_PATH)) url.pathname = url.pathname.replace(/\/$/, '') + METRICS_PATH;
  return url.href;
}

/** Lines `name: value`; empty lines and lines that begin with # are skipped. The values never stand in a message. */
export function parseHeaders(text: string): Record<string, string> {
  const lines = text
    .split('\n')
    .map((line, index) => ({ line: line.trim(), number: index + 1 }))
    .filter(({ line }) => line !== '' && !line.startsWith('#'));
  return Object.fromEntries(
    lines.map(({ line, number }) => {
      const [, name, value] = /^([A-Za-z0-9-]+):\s*(\S.*)$/.exec(line) ?? [];
      if (!name || !value)
        throw new Error(`Cannot read the OTLP headers: expected name: value in line ${number}, got something else`);
      return [name, value];
    }),
  );
}
