import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { DeviceReading, Moment } from '../../agent/look.ts';
import { nvmlSensor } from '../../agent/readers/nvml/sensor.ts';
import { describeCompiled, gpuHost, oneGpu } from '../support/nvml-stand-in.ts';
import { PATIENT_MS } from '../support/patience.ts';
import { describeShared } from '../support/shared.ts';
import { tempFolder } from '../support/temp-folder.ts';

/** Power at a moment, by the clock of the recording. */
interface Sample {
  readonly ms: number;
  readonly watts: number;
}

interface Trace {
  /** What the driver said. */
  readonly driver: readonly Sample[];
  /** What the meter between board and power supply said, over the same time. */
  readonly meter: readonly Sample[];
}

const home = tempFolder();
const HOUR_MS = 3_600_000;
const RUNS = ['5050/3090', 'Transient_Response/3090_TR', 'Transient_Response/A5000_TR', 'Transient_Response/K40m_TR'];

function at(ms: number): Moment {
  return { readAt: new Date(ms), runningMs: ms, sinceBootMs: ms };
}

function linesOf(path: string): string[][] {
  const lines = readFileSync(path, 'utf8').split('\n').slice(1).filter(Boolean);
  return lines.map((line) => line.split(',').map((cell) => cell.trim()));
}

/** `2023/07/08 19:28:27.236` in the local time of the recording host, which the meter's clock tells. */
function readTrace(folder: string): Trace {
  const meter = linesOf(join(folder, 'PMD_power_1ms.csv')).map((cells) => ({
    ms: Number(cells[0]),
    watts: Number(cells[4]),
  }));
  const local = linesOf(join(folder, 'gpudata.csv'))
    .filter((cells) => Number.isFinite(Number(cells[5])))
    .map(([time = '', ...cells]) => ({
      ms: Date.parse(`${time.replaceAll('/', '-').replace(' ', 'T')}Z`),
      watts: Number(cells[4]),
    }));
  const offset = Math.round(((meter[0]?.ms ?? 0) - (local[0]?.ms ?? 0)) / HOUR_MS) * HOUR_MS;
  const [from, to] = [meter[0]?.ms ?? 0, meter.at(-1)?.ms ?? 0];
  const driver = local.map(({ ms, watts }) => ({ ms: ms + offset, watts })).filter(({ ms }) => ms >= from && ms <= to);
  return { driver, meter };
}

/** ∫ P dt in joules, by the trapezoidal rule. */
function joulesOf(samples: readonly Sample[]): number {
  let joules = 0;
  for (const [index, { ms, watts }] of samples.entries()) {
    const before = samples[index - 1];
    if (before) joules += ((watts + before.watts) / 2) * ((ms - before.ms) / 1000);
  }
  return joules;
}

/** One sample a second, beginning with the first: what an agent at 1 Hz would see. */
function everySecond(samples: readonly Sample[]): Sample[] {
  let next = Number.NEGATIVE_INFINITY;
  return samples.filter(({ ms }) => {
    if (ms < next) return false;
    next = ms + 1000;
    return true;
  });
}

let hosts = 0;

/** Shows the samples to the real reader, one a look; gives the energy in joules and the last reading. */
async function replay(samples: readonly Sample[]): Promise<{ joules: number; reading: DeviceReading }> {
  hosts += 1;
  const scriptOf = (watts: number) => oneGpu({ 'gpu0.energy': '!3', 'gpu0.field185.0': Math.round(watts * 1000) });
  const host = gpuHost(join(home, `host-${hosts}`), scriptOf(samples[0]?.watts ?? 0));
  const sensor = nvmlSensor({ root: host.root, deadlineMs: PATIENT_MS });
  const readings: DeviceReading[] = [];
  for (const { ms, watts } of samples) {
    host.answer(scriptOf(watts));
    readings.push(...(await sensor.read(at(ms))));
  }
  sensor.close();
  const [first, last] = [readings[0], readings.at(-1)];
  if (!first?.counter || !last?.counter) throw new Error('Cannot tell the energy: expected a counter, got a gap');
  const microjoules = last.counter.energyMicrojoules - first.counter.energyMicrojoules;
  return { joules: Number(microjoules) / 1e6, reading: last };
}

describeCompiled('a recorded power, through the driver and the reader,', () => {
  describeShared('beside an external meter', 'recorded/traces/gpu-power-benchmark', (folder) => {
    test.each(RUNS)('%s: is the recorded integral within 0.5 %', async (run) => {
      const { driver } = readTrace(join(folder, run));
      // The sensor's value changes every 100 ms: every third of the recorded values shows each of them.
      const shown = driver.filter((_, index) => index % 3 === 0);
      const { joules } = await replay(shown);
      const recorded = joulesOf(driver.filter(({ ms }) => ms <= (shown.at(-1)?.ms ?? 0)));
      expect(Math.abs(joules / recorded - 1)).toBeLessThan(0.005);
    });

    test.each(RUNS)('%s: at one look a second lies within its uncertainty of the meter', async (run) => {
      const { driver, meter } = readTrace(join(folder, run));
      for (let tenth = 0; tenth < 10; tenth += 1) {
        const start = (driver[0]?.ms ?? 0) + tenth * 100;
        const shown = everySecond(driver.filter(({ ms }) => ms >= start));
        const { joules, reading } = await replay(shown);
        const [from, to] = [shown[0]?.ms ?? 0, shown.at(-1)?.ms ?? 0];
        const metered = joulesOf(meter.filter(({ ms }) => ms >= from && ms <= to));
        expect(Math.abs(metered - joules)).toBeLessThan(reading.u95Ratio * joules);
      }
    });

    test.each(RUNS)('%s: all that the sensor said lies within what is stated for the counter', (run) => {
      const { driver, meter } = readTrace(join(folder, run));
      const [from, to] = [driver[0]?.ms ?? 0, driver.at(-1)?.ms ?? 0];
      const metered = joulesOf(meter.filter(({ ms }) => ms >= from && ms <= to));
      expect(Math.abs(metered - joulesOf(driver))).toBeLessThan(0.08 * joulesOf(driver));
    });
  });
});

/** `| 0  N/A  N/A  1234  C  …  812MiB |` of nvidia-smi, below the heading of its processes. */
function pidsIn(capture: string): string[] {
  return [...capture.matchAll(/^\|\s+0\s+N\/A\s+N\/A\s+(\d+)\s+C\s/gm)].map(([, pid]) => pid ?? '');
}

describeCompiled('a recorded GPU', () => {
  describeShared('as nvidia-smi showed it', 'recorded/gpu-smi/nvidia_gpu_exporter-captures', (folder) => {
    const captures = readdirSync(folder).filter((name) => name.startsWith('linux'));

    test.each(captures)('%s is read as it was', async (name) => {
      const capture = readFileSync(join(folder, name), 'utf8');
      const model = /Product Name\s+: (.+)/.exec(capture)?.[1] ?? '';
      const uuid = /GPU UUID\s+: (GPU-[0-9a-fA-F-]+)/.exec(capture)?.[1] ?? 'GPU-masked';
      const watts = Number(/(?:Average|Instantaneous) Power Draw\s+: ([\d.]+) W/.exec(capture)?.[1]);
      const limit = Number(/Current Power Limit\s+: ([\d.]+) W/.exec(capture)?.[1]);
      const pids = [...new Set(pidsIn(capture))];
      expect([model === '', Number.isFinite(watts), Number.isFinite(limit)]).toEqual([false, true, true]);
      const script = oneGpu({
        'gpu0.uuid': uuid,
        'gpu0.name': model,
        'gpu0.limit': Math.round(limit * 1000),
        'gpu0.field185.0': Math.round(watts * 1000),
        'gpu0.processes': pids.join(' '),
      });
      const sensor = nvmlSensor({ root: gpuHost(join(home, name), script).root, deadlineMs: PATIENT_MS });
      const [reading] = await sensor.read(at(1000));
      sensor.close();
      expect(reading).toMatchObject({ domain: uuid, model, powerLimitWatts: 2 * limit });
      expect(reading?.use).toEqual(pids.map((pid) => ({ pid: Number(pid), weight: 1n })));
    });
  });
});
