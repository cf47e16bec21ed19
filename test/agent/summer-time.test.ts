import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

import { microjoulesOf, parseRecord } from '../../lib/landing/record.ts';
import { PATIENT_MS } from '../support/patience.ts';

const WATCHER = join(__dirname, '../support/four-hours-writer.ts');

/** What a host in Berlin wrote in the four hours from `begin` on, and how far its clock was off UTC before and after. */
function watchedInBerlin(begin: string) {
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ['--experimental-import-text', '--no-warnings', WATCHER, begin],
    { env: { TZ: 'Europe/Berlin', PATH: '/usr/bin:/bin' }, encoding: 'utf8', timeout: PATIENT_MS },
  );
  expect(stderr).toBe('');
  const [offsets, ...lines] = stdout.trim().split('\n');
  return { offsets, records: lines.map((line) => parseRecord(JSON.parse(line))) };
}

// The clocks of Berlin go back at 2026-10-25 01:00 UTC, and go on at 2026-03-29 01:00 UTC.
test.each([
  ['goes back', '2026-10-24T23:00:00.000Z', '120 60'],
  ['goes on', '2026-03-28T23:00:00.000Z', '60 120'],
])('a host whose clock %s for daylight saving neither loses nor doubles an hour', (_, begin, expected) => {
  const { offsets, records } = watchedInBerlin(begin);
  expect(offsets).toBe(expected);
  const cpu = records.filter(({ domain }) => domain === 'package-0');
  const quarter = (each: number) => new Date(Date.parse(begin) + each * 15 * 60_000).toISOString();
  expect(cpu.map(({ period_start, period_end }) => [period_start, period_end])).toEqual(
    Array.from({ length: 16 }, (__, each) => [quarter(each), quarter(each + 1)]),
  );
  // 50 W · 900 s
  expect(cpu.map(({ energy_joules }) => microjoulesOf(energy_joules ?? '0'))).toEqual(cpu.map(() => 45_000_000_000n));
  expect(records.flatMap(({ quality }) => quality).filter((remark) => remark === 'clock-stepped')).toEqual([]);
});
