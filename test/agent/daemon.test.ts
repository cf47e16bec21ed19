/** The agent as it runs on a host: a process of its own, from the counter to the page, through kills and other agents. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import type { Annex } from '../../lib/disclosure/annex.ts';
import { microjoulesOf, parseRecord, type TelemetryRecord } from '../../lib/landing/record.ts';
import { LivingHost } from '../support/living-host.ts';
import { textOfPdf } from '../support/pdf-text.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { discloseTiny, gridText, tinySettings, tinyWorkplace, writeText } from '../support/tiny-company.ts';

const PROJECT = join(__dirname, '../..');
const FLAGS = ['--experimental-import-text', '--no-warnings', join(PROJECT, 'agent/main.ts')];
const home = tempFolder();

interface Agent {
  readonly child: ChildProcess;
  /** What it has told so far. */
  told(): string;
}

function startAgent(host: LivingHost, config: string): Agent {
  const child = spawn(process.execPath, [...FLAGS, '--root', host.root, '--config', config]);
  let told = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    told += text;
  });
  return { child, told: () => told };
}

/** Waits until it has looked for the first time. */
async function begun({ child, told }: Agent): Promise<void> {
  while (!told().includes('Watches ') && child.exitCode === null) await setTimeout(50);
}

async function stop({ child }: Agent, signal: NodeJS.Signals): Promise<unknown[]> {
  if (child.exitCode !== null || child.signalCode !== null) return [child.exitCode, child.signalCode];
  child.kill(signal);
  return once(child, 'exit');
}

/** Settings of an agent that books each second, keeps its spool below `name` and delivers into a folder when it ends. */
function configOf(name: string, more: readonly string[] = []): string {
  const folder = join(home, name);
  mkdirSync(folder, { recursive: true });
  const lines = [
    'interval: 1s',
    `spool: { folder: ${folder}/spool }`,
    `sinks: [ { kind: file, path: ${folder}/inbox } ]`,
    ...more,
  ];
  writeFileSync(join(folder, 'agent.yaml'), `${lines.join('\n')}\n`);
  return join(folder, 'agent.yaml');
}

/** Lets the host live for a while, a tenth of a second at a time. */
async function live(host: LivingHost, tenths: number): Promise<void> {
  for (let tenth = 0; tenth < tenths; tenth += 1) {
    host.draw(100);
    await setTimeout(100);
  }
}

function linesOf(name: string, kind: string): string[] {
  const folder = join(home, name, 'inbox');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => path.includes(kind));
  return files
    .filter((path) => path.endsWith('.jsonl.gz'))
    .flatMap((path) =>
      gunzipSync(readFileSync(join(folder, path)))
        .toString()
        .split('\n')
        .filter(Boolean),
    );
}

const recordsOf = (name: string): TelemetryRecord[] =>
  linesOf(name, 'telemetry').map((line) => parseRecord(JSON.parse(line)));
const energyOf = (records: readonly TelemetryRecord[]) =>
  records
    .filter(({ domain }) => domain === 'package-0')
    .reduce((sum, { energy_joules }) => sum + microjoulesOf(energy_joules ?? '0'), 0n);

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address ? address.port : 0;
}

test('killed at any moment, it books every joule of its host once, and the month closes with them', async () => {
  const host = new LivingHost(join(home, 'killed-host'));
  const config = configOf('killed', ['live: { listen: none }']);
  const first = startAgent(host, config);
  await begun(first);
  await live(host, 15);
  await stop(first, 'SIGKILL');
  for (let kill = 1; kill < 6; kill += 1) {
    await live(host, 3);
    const agent = startAgent(host, config);
    await live(host, 12 + ((kill * 7) % 11));
    await stop(agent, 'SIGKILL');
  }
  const last = startAgent(host, config);
  await begun(last);
  expect(await stop(last, 'SIGTERM')).toEqual([0, null]);
  host.close();

  const records = recordsOf('killed');
  const names = records.map(({ boot_id, seq }) => `${boot_id}/${seq}`);
  expect(new Set(names).size).toBe(names.length);
  expect(energyOf(records)).toBe(host.drawn);
  // The annex has twelve places.
  expect(await closedKilowattHours(records)).toBeCloseTo(Number(host.drawn) / 1e6 / 3.6e6, 11);
}, 120_000);

/** Closes the month that the records lie in, and reads its energy from the annex; the page must be there too. */
async function closedKilowattHours(records: readonly TelemetryRecord[]): Promise<number> {
  const start = records[0]?.period_start ?? '';
  const [month, hour] = [start.slice(0, 7), `${start.slice(0, 13)}:00:00Z`];
  const settings = tinySettings({
    sources: [
      { id: 'agents', kind: 'agent', path: './killed/inbox/agent' },
      { id: 'grid', kind: 'grid', path: './grid', zone: 'GB', factor_kind: 'direct' },
    ],
    sites: [
      { id: 'leeds', control: 'own', grid_zone: 'GB', pue: [{ from: '2026-01-01', value: 1 }], hosts: ['node-*'] },
    ],
  });
  writeText(join(home, 'grid/gb.csv'), gridText([{ start: hour, intensity: 100 }]));
  await discloseTiny(tinyWorkplace(home, settings), month);
  const folder = join(home, `book/disclosures/${month}/v1`);
  const annex = JSON.parse(readFileSync(join(folder, 'annex.json'), 'utf8')) as Annex;
  expect((await textOfPdf(readFileSync(join(folder, 'disclosure.pdf')))).join(' ')).toContain('AI workloads used');
  return Number(
    annex.figures.find(({ id, dimensions }) => id === 'energy.it' && Object.keys(dimensions).length === 0)?.value,
  );
}

test('a second agent on the same spool refuses, and the first goes on', async () => {
  const host = new LivingHost(join(home, 'twice-host'));
  const config = configOf('twice', ['live: { listen: none }']);
  const first = startAgent(host, config);
  await begun(first);
  const second = startAgent(host, config);
  expect(await once(second.child, 'exit')).toEqual([2, null]);
  expect(second.told()).toMatch(/^Cannot open the spool .*: expected no other agent on it/);
  expect(await stop(first, 'SIGTERM')).toEqual([0, null]);
  host.close();
}, 30_000);

test('a run on the host is booked by its agent, and its live page says what was used', async () => {
  const host = new LivingHost(join(home, 'run-host'));
  const url = `127.0.0.1:${await freePort()}`;
  const config = configOf('run', [`live: { listen: "${url}" }`]);
  const agent = startAgent(host, config);
  await begun(agent);
  const work = [
    'run',
    '--config',
    config,
    '--id',
    'r-7',
    '--project',
    'chat',
    '--',
    process.execPath,
    '-e',
    'setTimeout(() => process.exit(3), 2000)',
  ];
  const run = spawn(process.execPath, [...FLAGS, ...work]);
  let told = '';
  run.stderr.setEncoding('utf8').on('data', (text: string) => {
    told += text;
  });
  await live(host, 30);
  if (run.exitCode === null) await once(run, 'exit');
  expect(run.exitCode).toBe(3);
  expect(told).toMatch(/^run r-7: failed after \d+\.\d s\n/);
  const page = await (await fetch(`http://${url}/metrics`)).text();
  expect(page).toMatch(/^joulebook_device_energy_joules_total\{[^}]*domain="package-0"[^}]*\} \d/m);
  expect(page).toMatch(/^joulebook_workload_energy_joules_total\{[^}]*llm\.service/m);
  expect((await fetch(`http://${url}/healthz`)).status).toBe(200);
  expect(await stop(agent, 'SIGTERM')).toEqual([0, null]);
  host.close();
  expect(linesOf('run', 'runs').map((line) => JSON.parse(line))).toMatchObject([
    {
      run_id: 'r-7',
      workload_id: 'r-7',
      project: 'chat',
      outcome: 'failed',
      host_energy_joules: { cpu: expect.any(String) },
    },
  ]);
}, 40_000);
