/**
 * Runs the packaged agent for a minute on a made-up host (8 RAPL zones, 300 processes in 60 containers, 8 stand-in GPUs), renders
 * its page each second, and prints what the kernel booked for it: without a sink, with a folder, with a stand-in of S3; beside each
 * prometheus-node-exporter, since a shared machine is not as fast a minute later, and after them the peers of bench-agent/peers.ts, where they are installed. Then a day in accelerated time: does its memory stay flat? Prints; never judges.
 * `npm run bench:agent [-- SECONDS [peers] [no-day]]`: `peers` builds those that are missing.
 */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

import { bundleAgent } from './agent-package/bundle.ts';
import { GPUS, gpuScript } from './bench-agent/made-up-gpus.ts';
import { buildHost, SIZE } from './bench-agent/made-up-host.ts';
import { findPeers, type Peer } from './bench-agent/peers.ts';
import { openStandInS3 } from './bench-agent/stand-in-s3.ts';

/** What the kernel booked for a process. */
interface Booked {
  readonly cpuSeconds: number;
  readonly peakMib: number;
}

const PORT = 19_710;
const EXPORTER = 'prometheus-node-exporter';
const EXPORTER_PORT = 19_711;
const S3_PORT = 19_713;
/** Keys are made up: the stand-in of S3 only sees that a request is signed. */
const ENVIRONMENT = {
  PATH: '/usr/bin:/bin',
  AWS_ACCESS_KEY_ID: 'AKIAMADEUPFORABENCH',
  AWS_SECRET_ACCESS_KEY: 'made-up-for-a-bench',
  AWS_REGION: 'eu-central-1',
  AWS_EC2_METADATA_DISABLED: 'true',
};
/** So that records are booked, cut, sent and settled several times while it is measured; the defaults are 60 s and 15 min. */
const BUSY = ['interval: 20s', 'deliver: { every: 10s }'];
const SINKS = ['none', 'file', 's3'] as const;
type Sink = (typeof SINKS)[number];
/** Longer than until the first delivery, which loads the client of S3 (0.1 CPU s, once): an agent runs for months. */
const WARM_UP_MS = 35_000;
/** A program that does not end by itself within this is killed. */
const STOP_MS = 15_000;
/** Of what it said last. */
const LONGEST_SAID = 2000;
const STAND_IN = 'test/support/nvml-stand-in.c';

/** Whatever was started and runs still. */
const running = new Set<ChildProcess>();
let isStopping = false;
const folder = mkdtempSync(join(tmpdir(), 'joulebook-agent-bench-'));
for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)
  process.once(signal, () => void stopAll().then(() => process.exit(code)));
try {
  const [seconds = '60', ...asked] = process.argv.slice(2);
  await main(Number(seconds), asked);
} catch (error) {
  // Whoever ended the bench knows why its programs ended.
  if (!isStopping) print(error instanceof Error && error.message.startsWith('Cannot ') ? error.message : String(error));
  process.exitCode = 2;
} finally {
  await stopAll();
}

/** Ends what was started, and leaves nothing behind. */
async function stopAll(): Promise<void> {
  isStopping = true;
  await Promise.all([...running].map(stopped));
  rmSync(folder, { recursive: true, force: true });
}

async function stopped(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const isOver = once(child, 'exit');
  child.kill('SIGTERM');
  const ending = new AbortController();
  const late = setTimeout(STOP_MS, undefined, { signal: ending.signal }).then(() => child.kill('SIGKILL'));
  await isOver;
  ending.abort();
  await late.catch(() => undefined);
}

/** A program as it was started: it is stopped with the bench. */
function started(child: ChildProcess): ChildProcess {
  running.add(child);
  child.once('exit', () => running.delete(child)).once('error', () => running.delete(child));
  return child;
}

async function main(seconds: number, asked: readonly string[]): Promise<void> {
  const peers = findPeers(asked.includes('peers'), print);
  const zones = SIZE.packages * 2;
  print(
    `${availableParallelism()} cores at a load of ${loadavg()[0]?.toFixed(1)}; ${zones} RAPL zones, ${SIZE.containers} containers, ${SIZE.containers * SIZE.processesEach} processes, ${GPUS} stand-in GPUs, 1 Hz, ${seconds} s`,
  );
  const root = join(folder, 'host');
  buildHost(root);
  const library = buildLibrary();
  const agent = unpackAgent();
  const hasExporter = spawnSync('which', [EXPORTER]).status === 0;
  if (!hasExporter) print(`  ${EXPORTER}: not installed`);
  const mover = started(
    spawn(
      process.execPath,
      ['--no-warnings', 'tools/bench-agent/move-host.ts', root, ...(library ? [`${library}.script`] : [])],
      { stdio: 'inherit' },
    ),
  );
  for (const sink of SINKS) await measureBeside({ agent, root, library, sink, seconds, hasExporter });
  for (const peer of peers) await measurePeer(peer, seconds);
  await stopped(mover);
  if (!asked.includes('no-day')) await simulateDay(agent);
}

interface Measured {
  readonly agent: string;
  readonly root: string;
  readonly library: string | undefined;
  readonly sink: Sink;
  readonly seconds: number;
  readonly hasExporter: boolean;
}

/** The agent and the exporter at the same time. */
async function measureBeside(of: Measured): Promise<void> {
  const [own, exporter] = await Promise.all([
    measureAgent(of),
    of.hasExporter ? measureExporter(of.seconds) : undefined,
  ]);
  const ratio = exporter
    ? `${(own.booked.cpuSeconds / exporter.booked.cpuSeconds).toFixed(2)} of the exporter's, `
    : '';
  print(`  agent, sink ${of.sink.padEnd(6)}       ${words(own.booked, of.seconds)}, ${ratio}${own.told}`);
  if (exporter) print(`  ${EXPORTER} ${words(exporter.booked, of.seconds)}, ${exporter.told}`);
}

async function measureAgent(of: Measured): Promise<{ readonly booked: Booked; readonly told: string }> {
  const config = join(folder, `agent-${of.sink}.yaml`);
  writeFileSync(config, configText(of.library, of.sink));
  const store = await openStandInS3(S3_PORT);
  const child = spawn(join(of.agent, 'bin/joulebook-agent'), ['--root', of.root, '--config', config], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: ENVIRONMENT,
  });
  child.stderr.pipe(process.stderr);
  const watching = watched({ name: 'the agent', child, port: PORT }, of.seconds).finally(() => store.close());
  const { booked, page } = await watching;
  const { objects, bytes } = store.taken;
  const put = of.sink === 's3' ? `, ${objects} objects of ${bytes} bytes put` : '';
  return { booked, told: `${seriesOn(page)} series a page${put}` };
}

async function measureExporter(seconds: number): Promise<{ readonly booked: Booked; readonly told: string }> {
  const child = spawn(EXPORTER, [`--web.listen-address=127.0.0.1:${EXPORTER_PORT}`], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const { booked, page } = await watched({ name: EXPORTER, child, port: EXPORTER_PORT }, seconds);
  return { booked, told: `${seriesOn(page)} series a page` };
}

async function measurePeer(peer: Peer, seconds: number): Promise<void> {
  const { booked, page } = await watched({ name: peer.name, child: peer.start(), port: peer.port }, seconds);
  const there = readdirSync('/proc').filter((name) => /^\d+$/.test(name)).length;
  print(`  ${peer.name.padEnd(16)} ${words(booked, seconds)}, saw ${peer.saw(page)} (of ${there} on the real host)`);
}

interface Program {
  readonly name: string;
  readonly child: ChildProcess;
  /** Where its page is; `undefined` for one that has none. */
  readonly port: number | undefined;
}

/** What a program came to, and its page; throws in words where it ends before its time. */
async function watched(program: Program, seconds: number): Promise<{ booked: Booked; page: string }> {
  const child = started(program.child);
  const ended = endOf(program);
  const measured = measure(program, seconds);
  // Of the two, what comes first is what is told.
  measured.catch(() => undefined);
  const told = await Promise.race([measured, ended]);
  await stopped(child);
  return told;
}

/** Never kept where the program runs on; rejects with the last that it said. */
function endOf({ name, child, port }: Program): Promise<never> {
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said = `${said}${text}`.slice(-LONGEST_SAID);
  });
  const place = port === undefined ? '' : ` on port ${port}`;
  const ended = new Promise<never>((_, reject) => {
    const fail = (how: string) =>
      reject(new Error(`Cannot measure ${name}${place}: it ended with ${how}: ${said.trim().split('\n').at(-1)}`));
    child.once('error', ({ message }) => fail(message)).once('close', (code, signal) => fail(String(code ?? signal)));
  });
  ended.catch(() => undefined);
  return ended;
}

/** Asks for the page each second, and reads what the kernel booked between the end of the warm-up and the end. */
async function measure({ child, port }: Program, seconds: number): Promise<{ booked: Booked; page: string }> {
  await setTimeout(WARM_UP_MS, undefined, { ref: false });
  const before = bookedFor(child.pid);
  let page = '';
  for (let second = 0; second < seconds; second += 1) {
    if (port !== undefined) page = await fetch(`http://127.0.0.1:${port}/metrics`).then((answer) => answer.text());
    await setTimeout(1000 - (Date.now() % 1000));
  }
  const after = bookedFor(child.pid);
  return { booked: { cpuSeconds: after.cpuSeconds - before.cpuSeconds, peakMib: after.peakMib }, page };
}

function seriesOn(page: string): number {
  return page.split('\n').filter((line) => line !== '' && !line.startsWith('#')).length;
}

function bookedFor(pid = 0): Booked {
  const [, fields = ''] = /^.*\) (.*)$/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? [];
  const [user = 0, system = 0] = fields.split(' ').slice(11, 13).map(Number);
  const peak = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return { cpuSeconds: (user + system) / 100, peakMib: Number(peak) / 1024 };
}

/** A day of ticks without a wait between them, bundled and started as the agent is: what is kept from tick to tick shows in the memory. */
async function simulateDay(agent: string): Promise<void> {
  print('  a day in accelerated time (tools/bench-agent/day.ts)');
  const program = join(folder, 'day-program');
  const { files } = await bundleAgent(process.cwd(), 'tools/bench-agent/day.ts');
  for (const { path, content } of files) writeBelow(program, path, content as Uint8Array);
  symlinkSync(join(agent, 'node'), join(program, 'node'));
  cpSync(join(agent, 'bin'), join(program, 'bin'), { recursive: true });
  const day = started(spawn(join(program, 'bin/joulebook-agent'), [join(folder, 'day')], { stdio: 'inherit' }));
  await once(day, 'exit');
}

function writeBelow(below: string, path: string, content: Uint8Array): void {
  mkdirSync(dirname(join(below, path)), { recursive: true });
  writeFileSync(join(below, path), content);
}

function configText(library: string | undefined, sink: Sink): string {
  const sinks: Readonly<Record<Sink, readonly string[]>> = {
    none: [],
    file: [`spool: { folder: ${folder}/spool-file }`, `sinks: [ { kind: file, path: ${folder}/inbox } ]`, ...BUSY],
    s3: [
      `spool: { folder: ${folder}/spool-s3 }`,
      `sinks: [ { kind: s3, path: "s3://book/inbox", endpoint: "http://127.0.0.1:${S3_PORT}" } ]`,
      ...BUSY,
    ],
  };
  return [
    'host_id: bench-1',
    'imds: never',
    `live: { listen: "127.0.0.1:${PORT}" }`,
    ...(library ? [`nvidia: { library: ${library} }`] : []),
    ...sinks[sink],
    '',
  ].join('\n');
}

/** The stand-in driver with its GPUs; `undefined` where there is no compiler, and then GPUs are not in the measurement. */
function buildLibrary(): string | undefined {
  if (spawnSync('which', ['gcc']).status !== 0) {
    print('  no gcc: measured without GPUs');
    return undefined;
  }
  const library = join(folder, 'libnvidia-ml.so.1');
  execFileSync('gcc', ['-shared', '-fPIC', '-O2', '-o', library, STAND_IN, '-ldl']);
  writeFileSync(`${library}.script`, gpuScript(0));
  return library;
}

/** Unpacks the tarball of this processor, which `npm run build:agent` makes. */
function unpackAgent(): string {
  const arch = process.arch === 'arm64' ? 'arm64' : 'x86_64';
  const built = () => (existsSync('dist/agent') ? readdirSync('dist/agent') : []);
  const isOurs = (name: string) => name.endsWith('.tar.gz') && name.includes(arch);
  execFileSync('npm', ['run', '-s', 'build:agent'], { stdio: 'inherit' });
  const [tarball] = built().filter(isOurs);
  if (!tarball)
    throw new Error(
      `Cannot measure the agent: expected a tarball for ${arch} in dist/agent, got ${built().join(', ')}`,
    );
  const into = join(folder, 'agent');
  execFileSync('mkdir', ['-p', into]);
  execFileSync('tar', ['-xzf', join('dist/agent', tarball), '-C', into, '--strip-components=1']);
  return into;
}

function words({ cpuSeconds, peakMib }: Booked, seconds: number): string {
  return `${((cpuSeconds * 60) / seconds).toFixed(2).padStart(6)} CPU-s per 60 s ${peakMib.toFixed(1).padStart(7)} MiB peak RSS`;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
