import { openOtlp } from '../../agent/live/otlp.ts';
import { otlpSettings } from '../../agent/live/settings.ts';
import { Totals } from '../../agent/live/totals.ts';
import type { Device } from '../../agent/spending.ts';
import { GPU, lookAt, PACKAGE, serviceOf, silent, spent } from './made-up-spendings.ts';

/**
 * A program of its own, since jest cannot load what the exporter imports on demand: sends one tick of a host (or nothing, where
 * `known` is not `all`) to an OTLP collector and prints how many exports failed. `otlp-writer.ts <endpoint> <known> [headers]`
 */
const [endpoint, known, headers] = process.argv.slice(2);

const SETTINGS = { idle: 'proportional', maxSeries: 2000, windowMs: 300_000 } as const;
const DRAM: Device = { ...PACKAGE, component: 'memory', domain: 'package-0/dram' };

function addTick(to: Totals): void {
  const before = lookAt(0, { wall: { method: 'redfish', powerWatts: 700 } });
  const look = lookAt(1, { wall: { method: 'redfish', powerWatts: 900 } });
  const workloads = [{ workload: serviceOf('llm.service'), energyMicrojoules: 250_000_000n }];
  const spendings = [
    spent(GPU, look, { workloads, idle: 60_000_000n, unattributed: 1n }),
    spent(DRAM, look, { idle: 5_500_000n }),
    silent(PACKAGE, look, 'counter-not-readable'),
  ];
  to.add([], before);
  to.add(spendings, look);
}

const totals = new Totals(SETTINGS);
if (known === 'all') addTick(totals);
const otlp = await openOtlp(otlpSettings.parse({ endpoint, interval_seconds: 3600 }), {
  host: { hostId: 'h-1', resourceId: 'i-1' },
  version: '0.1.0',
  headers,
  totals: () => totals,
});
await otlp.flush();
process.stdout.write(String(otlp.failures()));
await otlp.close();
