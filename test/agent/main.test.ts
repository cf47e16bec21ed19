import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

import { readOptions } from '../../agent/options.ts';
import { askedFor } from '../../agent/usage.ts';
import { VERSION } from '../../agent/version.ts';
import { parseRecord, type TelemetryRecord } from '../../lib/landing/record.ts';
import { hostTree, zone } from '../support/host-tree.ts';
import { tempFolder } from '../support/temp-folder.ts';

const PROJECT = join(__dirname, '../..');
const home = tempFolder();
const HOST = { 'proc/sys/kernel/hostname': 'node-1', 'proc/sys/kernel/random/boot_id': 'boot-1' };
const FLAGS = ['--experimental-import-text', '--no-warnings', join(PROJECT, 'agent/main.ts')];

interface Said {
  readonly code: number;
  readonly records: readonly TelemetryRecord[];
  readonly told: string;
}

/** Runs the real command to its end. */
function runAgent(...typed: string[]): Promise<Said> {
  return new Promise((resolve) => {
    execFile(process.execPath, [...FLAGS, ...typed], (error, stdout, told) => {
      const records = stdout
        .split('\n')
        .filter(Boolean)
        .map((line) => parseRecord(JSON.parse(line)));
      resolve({ code: error ? Number(error.code) : 0, records, told });
    });
  });
}

describe('joulebook-agent', () => {
  test.each([
    ['/dev/zero', 'more than 1 MiB'],
    [home, 'a folder'],
    [join(home, 'absent.yaml'), 'nothing there'],
  ])('refuses settings that cannot be read, and says what it found: %s', async (config, found) => {
    const { code, told } = await runAgent('--config', config, '--once');
    expect([code, told]).toEqual([
      2,
      `Cannot read the settings ${config}: expected a readable YAML file, got ${found}\n`,
    ]);
  });

  test('without counters writes a gap for each component and ends well', async () => {
    const root = hostTree(join(home, 'bare'), HOST);
    const { code, records } = await runAgent('--root', root, '--once', '--interval', '1s');
    expect(code).toBe(0);
    expect(records.map(({ component, energy_joules, gap_reason }) => [component, energy_joules, gap_reason])).toEqual([
      ['cpu', null, 'counter-absent'],
      ['memory', null, 'counter-absent'],
    ]);
    expect(new Set(records.map(({ seq }) => seq)).size).toBe(2);
  });

  test('follows a counter from interval to interval until it is told to end', async () => {
    const root = hostTree(join(home, 'busy'), { ...HOST, ...zone('intel-rapl:0', 'package-0', '000001000000') });
    const config = join(home, 'agent.yaml');
    writeFileSync(config, 'host_id: h-1\nresource_id: i-1\ninterval: 1s\nlive: { listen: none }\n');
    const child = spawn(process.execPath, [...FLAGS, '--root', root, '--config', config]);
    const lines: string[] = [];
    child.stdout.setEncoding('utf8').on('data', (text: string) => void lines.push(...text.split('\n').filter(Boolean)));
    const counter = join(root, 'sys/class/powercap/intel-rapl:0/energy_uj');
    const file = openSync(counter, 'r+');
    while (lines.length < 6 && child.exitCode === null) {
      await setTimeout(50);
      // As long as before and in place: what a reader sees is the old number or the new one, never none.
      writeSync(file, String(Number(readFileSync(counter, 'utf8')) + 3_000_000).padStart(12, '0'), 0);
    }
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
    const packages = lines.map((line) => parseRecord(JSON.parse(line))).filter(({ component }) => component === 'cpu');
    // A machine that pauses leaves a gap, and the next interval holds what was spent in it.
    const measured = packages.filter(({ energy_joules }) => energy_joules !== null);
    expect(measured.length).toBeGreaterThan(0);
    expect(measured.map(({ period_end }) => period_end).slice(0, -1)).toEqual(
      measured.map(({ period_start }) => period_start).slice(1),
    );
    expect(measured.every(({ energy_joules }) => Number(energy_joules) >= 3)).toBe(true);
    expect(packages[0]).toMatchObject({
      host_id: 'h-1',
      resource_id: 'i-1',
      boot_id: 'boot-1',
      method: 'rapl',
      quality: ['cpu-time-unknown'],
    });
    const numbers = lines.map((line) => parseRecord(JSON.parse(line)).seq);
    expect(numbers).toEqual(numbers.map((_, index) => (numbers[0] ?? 0) + index));
  });

  test('that cannot be understood says so in one line', async () => {
    const { code, told, records } = await runAgent('--once', '--interval', '5');
    expect([code, told, records]).toEqual([
      2,
      'Cannot read the interval: expected 1s to 900s, such as 10s, got "5"\n',
      [],
    ]);
  });
});

describe('what is asked of the program itself', () => {
  const said = (...typed: string[]) =>
    new Promise<string>((resolve, reject) => {
      execFile(process.execPath, [...FLAGS, ...typed], (error, stdout) => (error ? reject(error) : resolve(stdout)));
    });

  test('is answered on the standard output, with exit code 0', async () => {
    const help = await said('--help');
    for (const word of ['--config FILE', '--once', 'joulebook-agent run', '--record FILE'])
      expect(help).toContain(word);
    expect(await said('--version')).toBe(`${VERSION}\n`);
  });

  test('is not what is asked of the command of a run', () => {
    expect(askedFor(['run', '--help'])).toBe('help');
    expect(askedFor(['run', '--project', 'chat', '--', 'python', '--help'])).toBeUndefined();
    expect(askedFor(['--once'])).toBeUndefined();
  });
});

describe('options', () => {
  const read = (typed: string[], text = '') => readOptions(typed, async () => text);

  test('what is typed stands before the settings, and those before the defaults', async () => {
    expect(await read([])).toMatchObject({ root: '/', isOnce: false, intervalMs: 60_000, sampleMs: 1000 });
    expect(await read(['--once'])).toMatchObject({ isOnce: true, intervalMs: 10_000 });
    expect(await read(['--config', 'x'], 'interval: 30s')).toMatchObject({ intervalMs: 30_000 });
    expect(await read(['--config', 'x', '--interval', '1.5s', '--once'], 'interval: 30s')).toMatchObject({
      intervalMs: 1500,
      isOnce: true,
    });
  });

  test.each([
    [['--interval', '20m'], '', /^Cannot read the interval: expected 1s to 900s/],
    [['--config', 'x'], 'sample: 20s', /^Cannot read the sample: expected 1s to 10s/],
    [['--intervall', '2s'], '', /^Cannot read the options: .*--intervall/],
    [['now'], '', /^Cannot read the options: .*now/],
    [['--config', 'x'], 'host: a', /^Cannot read the settings x: the file: Unrecognized key: "host"/],
    [['--config', 'x'], 'host_id: 7', /^Cannot read the settings x: host_id: /],
    [['--config', 'x'], '{', /^Cannot read the settings x: expected YAML, got /],
  ])('%p with the settings %p are refused', async (typed, text, message) => {
    await expect(read(typed, text)).rejects.toThrow(message);
  });
});
