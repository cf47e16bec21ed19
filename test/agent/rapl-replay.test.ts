import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Look } from '../../agent/look.ts';
import { raplSensor } from '../../agent/readers/rapl.ts';
import { baselineOf, spendingSince } from '../../agent/spending.ts';
import { hostTree, zone } from '../support/host-tree.ts';
import { lookAfter } from '../support/made-up-looks.ts';
import { PATIENT_MS } from '../support/patience.ts';
import { describeShared } from '../support/shared.ts';
import { tempFolder } from '../support/temp-folder.ts';

/** Power of one zone for a stretch of time. */
interface Stretch {
  readonly watts: number;
  readonly seconds: number;
}

const MICROJOULES_PER_KILOWATT_HOUR = 3.6e12;
/** 2³² steps of 15.26 µJ: the counter of many processors starts again there. */
const RANGE_OF_65_KJ = 65_532_610_987n;
const ZONE_FILE = 'sys/class/powercap/intel-rapl:0/energy_uj';
const root = join(tempFolder(), 'host');

/** Plays stretches of power through a zone that begins a kilojoule below its wrap, and gives what the books say, in microjoules. */
async function booked(stretches: readonly Stretch[], rangeMicrojoules: bigint): Promise<bigint> {
  const start = rangeMicrojoules - 1_000_000_000n;
  const file = join(hostTree(root, zone('intel-rapl:0', 'package-0', `${start}`, `${rangeMicrojoules}`)), ZONE_FILE);
  const sensor = raplSensor(root, PATIENT_MS);
  const lookAt = async (seconds: number): Promise<Look> => {
    const look = lookAfter(seconds);
    return { ...look, devices: await sensor.read(look) };
  };
  let baseline = baselineOf(await lookAt(0));
  let [energy, seconds, spent] = [start, 0, 0n];
  for (const stretch of stretches) {
    energy = (energy + microjoulesOf(stretch)) % rangeMicrojoules;
    seconds += stretch.seconds;
    writeFileSync(file, `${energy}\n`);
    const { spendings, after } = spendingSince(baseline, await lookAt(seconds));
    const cpu = spendings.find(({ device }) => device.component === 'cpu')?.spent;
    expect(cpu).not.toHaveProperty('gap');
    spent += cpu && 'energyMicrojoules' in cpu ? cpu.energyMicrojoules : 0n;
    baseline = after;
  }
  sensor.close();
  return spent;
}

function microjoulesOf({ watts, seconds }: Stretch): bigint {
  return BigInt(Math.round(watts * seconds * 1e6));
}

function sumOf(stretches: readonly Stretch[]): bigint {
  return stretches.reduce((sum, stretch) => sum + microjoulesOf(stretch), 0n);
}

/** Rows of a CSV without quotes, by the names of its columns. */
function rowsOf(file: string): Record<string, number>[] {
  const [head = '', ...lines] = readFileSync(file, 'utf8').trim().split('\n');
  const names = head.split(',');
  return lines.map((line) => Object.fromEntries(line.split(',').map((cell, index) => [names[index], Number(cell)])));
}

describeShared('measured load tests, replayed', 'recorded/traces/codecarbon-cpu-load-rapl', (folder) => {
  const files = readdirSync(folder).filter((name) => name.endsWith('.csv'));

  test.each(files)('%s: the books hold the energy of the series to the microjoule', async (name) => {
    const rows = rowsOf(join(folder, name));
    const stretches = rows.flatMap((row) => secondsOf(row['rapl_energy'], row['duration']));
    const spent = await booked(stretches, RANGE_OF_65_KJ);
    expect(spent).toBe(sumOf(stretches));
    const measured = rows.reduce((sum, row) => sum + (row['rapl_energy'] ?? Number.NaN), 0);
    expect(Math.abs(Number(spent) / MICROJOULES_PER_KILOWATT_HOUR / measured - 1)).toBeLessThan(0.005);
  });

  /** A row says what was used in half a minute: an equal part of it in each second. */
  function secondsOf(kilowattHours = Number.NaN, duration = Number.NaN): Stretch[] {
    const length = Math.round(duration);
    const watts = (kilowattHours * MICROJOULES_PER_KILOWATT_HOUR) / length / 1e6;
    return Array.from({ length }, () => ({ watts, seconds: 1 }));
  }
});

describeShared('two hours of a server, replayed', 'recorded/traces/kepler-model-db', (folder) => {
  test.each(['package_power', 'dram_power'])('%s of nx12 comes out to the microjoule, over wraps', async (column) => {
    const rows = rowsOf(join(folder, 'nx12__abs_default_rapl_Basic.csv'));
    // Samples are three seconds apart, throughout.
    const stretches = rows.map((row) => ({ watts: row[column] ?? Number.NaN, seconds: 3 }));
    expect(await booked(stretches, 262_143_328_850n)).toBe(sumOf(stretches));
  });
});
