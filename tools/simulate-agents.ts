/**
 * What many agents deliver into the inbox: files, requests, bytes and their price, by how often a host delivers, and what is left
 * after files are put together. Moments come from the agent's own slots, bytes from its own packer over made-up records. Prints;
 * never judges. `node --experimental-import-text --no-warnings tools/simulate-agents.ts [HOSTS]`
 */
import { gzipSync } from 'node:zlib';

import { slotsOf } from '../agent/sinks/slot.ts';
import { Packer } from '../agent/spool/batch.ts';
import { PACK } from '../lib/landing/pack.ts';
import { parseRecord, type TelemetryRecord, type WorkloadShare } from '../lib/landing/record.ts';
import { LIST_PRICES } from './scale/list-prices.ts';

const SECONDS_A_DAY = 86_400;
const DAYS = 30;
/** Hosts of a sample whose bytes are really made. */
const SAMPLE = 24;
/** The bounds of one batch (docs/agent/delivery.md). */
const BATCH = { lines: 50_000, bytes: 8 * 1024 ** 2 } as const;
/** Files that are put together are no larger than this. */
const TOGETHER_BYTES = PACK.bytes;
const INTERVAL_SECONDS = 60;

/** A kind of host: its devices, the workloads that share each, and how many hosts in ten are of it. */
interface HostKind {
  readonly name: string;
  readonly domains: readonly (readonly [TelemetryRecord['component'], string])[];
  readonly workloads: number;
  readonly inTen: number;
}

const packages = [0, 1].flatMap((each) => [['cpu', `package-${each}`] as const, ['memory', `dram-${each}`] as const]);
const gpus = [0, 1, 2, 3, 4, 5, 6, 7].map((each) => ['gpu', `GPU-5f1c3a52-0000-4000-8000-00000000000${each}`] as const);
const KINDS: readonly HostKind[] = [
  { name: 'two processors, ten workloads', domains: packages, workloads: 10, inTen: 7 },
  { name: 'eight GPUs, four workloads', domains: [...packages, ...gpus], workloads: 4, inTen: 3 },
];

/** How often a host delivers, as `deliver.every` of the agent says. */
const EVERY_MINUTES = [15, 60, 24 * 60] as const;

const hosts = Number(process.argv[2] ?? 100_000);
if (!Number.isInteger(hosts) || hosts < 1)
  throw new Error(`Cannot simulate: expected a number of hosts, got ${process.argv[2]}`);
print(`${hosts} hosts, ${DAYS} days, records of ${INTERVAL_SECONDS} s; prices of ${LIST_PRICES.read_on}, us-east-1`);
for (const minutes of EVERY_MINUTES) await simulate(minutes);

async function simulate(minutes: number): Promise<void> {
  const samples = await Promise.all(KINDS.map((kind) => sampleOf(kind, minutes)));
  const filesADay = sumOf(samples, ({ kind, files }) => (hosts * kind.inTen * files * 24 * 60) / (10 * minutes));
  const bytesADay = sumOf(samples, ({ kind, bytes }) => (hosts * kind.inTen * bytes * 24 * 60) / (10 * minutes));
  const filesASlot = Math.max(...samples.map(({ files }) => files));
  const most = filesASlot * mostHostsASecond(minutes * 60_000);
  const mean = filesADay / SECONDS_A_DAY;
  print(`\nevery ${minutes} minutes`);
  for (const { kind, files, bytes, lines, text } of samples)
    print(`  ${kind.name}: ${files} file(s) a slot, ${lines} records, ${text} bytes of text, ${bytes} of gzip`);
  print(`  files a month          ${count(filesADay * DAYS)}`);
  print(`  bytes a month          ${((bytesADay * DAYS) / 1e9).toFixed(1)} GB`);
  print(
    `  PUTs a second          ${mean.toFixed(1)} in the mean, ${most} at most (of ${LIST_PRICES.s3_puts_a_second} for one prefix)`,
  );
  print(`  price of these PUTs    ${dollars((filesADay * DAYS * LIST_PRICES.s3_put_per_thousand) / 1000)} a month`);
  print(`  price of their storage ${dollars(((bytesADay * DAYS) / 1e9) * LIST_PRICES.s3_gb_month)} a month`);
  tellTogether(filesADay, bytesADay, samples);
}

/** Batches put together, gzip members one after the other, hour by hour and day by day. */
function tellTogether(filesADay: number, bytesADay: number, samples: readonly Sample[]): void {
  for (const [name, times] of [
    ['hour', 24],
    ['day', 1],
  ] as const) {
    const filesOfPeriod = Math.max(1, Math.ceil(bytesADay / times / TOGETHER_BYTES));
    print(
      `  put together by the ${name}: ${count(filesOfPeriod * times * DAYS)} files a month, ${count(filesADay / (filesOfPeriod * times))} batches each`,
    );
  }
  const [again, apart] = [
    sumOf(samples, ({ compressedAgain }) => compressedAgain),
    sumOf(samples, ({ together }) => together),
  ];
  print(
    `  compressed anew, the batches of a few hosts take ${((100 * again) / apart).toFixed(0)} % of the members' bytes`,
  );
}

interface Sample {
  readonly kind: HostKind;
  /** Files, lines and bytes of one slot of one host, in the mean of the sample. */
  readonly files: number;
  readonly lines: number;
  readonly text: number;
  readonly bytes: number;
  /** Bytes of the sample's batches one after the other, and of their lines compressed as one. */
  readonly together: number;
  readonly compressedAgain: number;
}

/** Makes the batches of a slot for a few hosts, with the agent's packer. */
async function sampleOf(kind: HostKind, minutes: number): Promise<Sample> {
  const texts: string[] = [];
  let bytes = 0;
  const made = minutes > 60 ? 2 : SAMPLE;
  for (let host = 0; host < made; host += 1) {
    const lines = linesOf(kind, host, minutes);
    const packer = new Packer();
    await packer.add(lines);
    bytes += (await packer.finish()).length;
    texts.push(lines.map((line) => `${line}\n`).join(''));
  }
  const lines = minutes * kind.domains.length;
  const text = Math.round(sumOf(texts, (each) => Buffer.byteLength(each)) / made);
  return {
    kind,
    files: Math.max(Math.ceil(lines / BATCH.lines), Math.ceil(text / BATCH.bytes)),
    lines,
    text,
    bytes: Math.round(bytes / made),
    together: bytes,
    compressedAgain: gzipSync(texts.join('')).length,
  };
}

function linesOf(kind: HostKind, host: number, minutes: number): string[] {
  return Array.from({ length: minutes }, (_, minute) =>
    kind.domains.map(([component, domain], index) => {
      const record = recordOf(kind, { host, minute, component, domain, seq: minute * kind.domains.length + index });
      return JSON.stringify(parseRecord(record));
    }),
  ).flat();
}

interface Moment {
  readonly host: number;
  readonly minute: number;
  readonly component: TelemetryRecord['component'];
  readonly domain: string;
  readonly seq: number;
}

/** A record as the agent writes it; its parts add up. */
function recordOf(kind: HostKind, { host, minute, component, domain, seq }: Moment): TelemetryRecord {
  const start = Date.UTC(2026, 5, 1) + minute * INTERVAL_SECONDS * 1000;
  const shares = Array.from({ length: kind.workloads }, (_, each) => shareOf(each, noise(host, seq, each)));
  const idle = noise(host, seq, 97);
  const whole = sumOf(shares, ({ microjoules }) => microjoules) + idle;
  const id = `i-0${noise(host, 0, 1).toString(16).padStart(16, '0')}`;
  return {
    schema: 'joulebook.telemetry/1',
    host_id: id,
    resource_id: id,
    boot_id: '5f1c3a52-7d1e-4b7f-9d0a-000000000001',
    seq: 1_780_272_000_000_000 + seq,
    period_start: new Date(start).toISOString(),
    period_end: new Date(start + INTERVAL_SECONDS * 1000).toISOString(),
    component,
    domain,
    method: component === 'gpu' ? 'nvml-counter' : 'rapl',
    basis: 'measured',
    energy_joules: joules(whole),
    gap_reason: null,
    u95_ratio: 0.05,
    quality: [],
    shares: shares.map(({ share }) => share),
    idle_joules: joules(idle),
    unattributed_joules: '0.000000',
  };
}

function shareOf(each: number, microjoules: number): { readonly share: WorkloadShare; readonly microjoules: number } {
  const names = {
    project: `project-${each % 7}`,
    model_id: 'llama-3-70b',
    workload_type: 'inference',
    workload_id: `run-${each}`,
  };
  const labels = { pod: `chat-7d9f8b6c5-x${each}k2p`, namespace: 'serving', container: 'vllm' };
  return { share: { ...names, labels, energy_joules: joules(microjoules) }, microjoules };
}

/** A number below two billion that looks like no other: compression finds nothing in it. */
function noise(...parts: readonly number[]): number {
  return parts.reduce((hash, part) => Math.imul(hash ^ (part + 0x9e3779b9), 0x85ebca6b) >>> 1, 7) % 2_000_000_000;
}

function joules(microjoules: number): string {
  const digits = String(microjoules).padStart(7, '0');
  return `${digits.slice(0, -6)}.${digits.slice(-6)}`;
}

/** Hosts that deliver in the busiest second of a slot: each has an offset of its own. */
function mostHostsASecond(everyMs: number): number {
  const seconds = new Uint32Array(everyMs / 1000);
  for (let host = 0; host < hosts; host += 1) {
    const second = Math.floor(slotsOf(`i-${host.toString(16).padStart(17, '0')}`, everyMs).offsetMs / 1000);
    seconds[second] = (seconds[second] ?? 0) + 1;
  }
  return seconds.reduce((most, each) => Math.max(most, each), 0);
}

function sumOf<Each>(list: readonly Each[], amountOf: (each: Each) => number): number {
  return list.reduce((sum, each) => sum + amountOf(each), 0);
}

function count(number: number): string {
  return Math.round(number).toLocaleString('en-GB').replaceAll(',', ' ');
}

function dollars(amount: number): string {
  return `${amount.toFixed(2)} USD`;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
