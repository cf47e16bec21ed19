import { literal } from '../lib/landing/warehouse.ts';
import { examineMonth } from '../lib/pipeline/doctor/examine-month.ts';
import { tempFolder } from './support/temp-folder.ts';
import {
  closeTiny,
  hourOf,
  type Telemetry,
  telemetryRecord,
  telemetryText,
  tinySettings,
  tinyWorkplace,
  writeCompany,
  writeText,
} from './support/tiny-company.ts';
import { withWarehouse } from './support/with-warehouse.ts';

const MONTH = '2026-06';
const folder = tempFolder();

/** Twelve records of five minutes in hour 5, one joule each. */
const minutes = (first: number, last: number, seq = 0): Telemetry[] =>
  Array.from({ length: last - first }, (_, index) => ({
    host: 'cellar-1',
    seq: seq + first + index,
    start: new Date(Date.parse(hourOf(MONTH, 5)) + (first + index) * 300_000).toISOString(),
    seconds: 300,
    idle: 1_000_000,
  }));

function ofBoot(boot_id: string, records: readonly Telemetry[]): string {
  return records.map((record) => `${JSON.stringify({ ...telemetryRecord(record), boot_id })}\n`).join('');
}

/** Joules of the month, and what is told of records that came twice. */
async function closedWith(name: string, files: Readonly<Record<string, string>>) {
  const at = `${folder}/${name}`;
  const grid = { 'g.csv': [{ start: hourOf(MONTH, 5), intensity: 300 }] };
  await writeCompany({ month: MONTH, bills: {}, telemetry: {}, grid }, at);
  for (const [file, text] of Object.entries(files)) writeText(`${at}/inputs/telemetry/${file}`, text);
  const sources = [
    { id: 'agents', kind: 'agent', path: './inputs/telemetry' },
    { id: 'grid', kind: 'grid', path: './inputs/grid', zone: 'IE', factor_kind: 'direct' },
  ];
  await closeTiny(tinyWorkplace(at, tinySettings({ sources })), MONTH);
  return bookedIn(at);
}

async function bookedIn(at: string) {
  return withWarehouse(async (warehouse) => {
    const [ledger] = await warehouse.query(
      `SELECT sum(it_energy_joules)::DOUBLE AS joules FROM read_parquet(${literal(`${at}/book/ledger/*/*.parquet`)})
       WHERE period_start = TIMESTAMP '2026-06-01 05:00:00'`,
    );
    const told = await warehouse.query(
      `SELECT what, hours::DOUBLE AS hours FROM read_parquet(${literal(`${at}/book/kpis/beside/*/repeats.parquet`)})`,
    );
    return { joules: ledger?.['joules'], told };
  });
}

test('files of one boot that follow one another add up', async () => {
  const files = { 'a.jsonl': telemetryText(minutes(0, 7)), 'b.jsonl': telemetryText(minutes(7, 12)) };
  expect(await closedWith('parts', files)).toEqual({ joules: 12, told: [] });
});

test('a late file between two others adds up', async () => {
  const outer = [...minutes(0, 3), ...minutes(8, 12)];
  const files = { 'a.jsonl': telemetryText(outer), 'b.jsonl': telemetryText(minutes(3, 8)) };
  expect(await closedWith('late', files)).toEqual({ joules: 12, told: [] });
});

test('a batch that was packed again counts once, and is told', async () => {
  const files = { 'a.jsonl': telemetryText(minutes(0, 12)), 'b.jsonl': telemetryText(minutes(4, 10)) };
  const told = [{ what: 'agents: cpu of cellar-1', hours: 0.5 }];
  expect(await closedWith('again', files)).toEqual({ joules: 12, told });
});

test('of two boots that tell of the same time in part it counts once, in two files as in one, and is told', async () => {
  const [one, other] = [ofBoot('boot-1', minutes(0, 8)), ofBoot('boot-2', minutes(2, 12))];
  const told = [{ what: 'agents: cpu of cellar-1', hours: 6 / 12 }];
  expect(await closedWith('boots', { 'a.jsonl': one, 'b.jsonl': other })).toEqual({ joules: 12, told });
  expect(await closedWith('one-file', { 'a.jsonl': one + other })).toEqual({ joules: 12, told });
});

test('a boot after another in one hour adds up', async () => {
  const files = { 'a.jsonl': ofBoot('boot-1', minutes(0, 5)) + ofBoot('boot-2', minutes(6, 12)) };
  expect(await closedWith('reboot', files)).toEqual({ joules: 11, told: [] });
});

test('a host whose GPU an exporter names otherwise is one host, also in hours of which the exporter alone tells', async () => {
  const at = `${folder}/exporter`;
  const from = Date.parse(hourOf(MONTH, 5));
  const grid = { 'g.csv': [5, 6, 7].map((hour) => ({ start: hourOf(MONTH, hour), intensity: 300 })) };
  await writeCompany({ month: MONTH, bills: {}, telemetry: {}, grid }, at);
  const read = (seq: number, hour: number): Telemetry => ({
    ...{ host: 'cellar-1', seq, start: hourOf(MONTH, hour), component: 'gpu', domain: 'GPU-a', idle: 3_600_000_000 },
  });
  writeText(`${at}/inputs/telemetry/a.jsonl`, telemetryText([read(0, 5), read(1, 7)]));
  const scrapes = Array.from({ length: 3 * 60 + 1 }, (_, minute) =>
    [
      `# scraped_at ${new Date(from + minute * 60_000).toISOString()} target=node-7`,
      `DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION{gpu="0",UUID="GPU-a"} ${minute * 60_000}`,
    ].join('\n'),
  );
  writeText(`${at}/inputs/scrapes/b.prom`, `${scrapes.join('\n')}\n`);
  const sources = [
    { id: 'agents', kind: 'agent', path: './inputs/telemetry' },
    { id: 'scrapes', kind: 'activity', path: './inputs/scrapes' },
    { id: 'grid', kind: 'grid', path: './inputs/grid', zone: 'IE', factor_kind: 'direct' },
  ];
  const workplace = tinyWorkplace(at, tinySettings({ sources }));
  await closeTiny(workplace, MONTH);
  const rows = await withWarehouse((warehouse) =>
    warehouse.query(
      `SELECT resource_id, hour(period_start)::INTEGER AS hour, sum(it_energy_joules)::DOUBLE AS joules, any_value(method) AS method
       FROM read_parquet(${literal(`${at}/book/ledger/*/*.parquet`)}) WHERE period_start < TIMESTAMP '2026-06-01 09:00:00'
       GROUP BY ALL ORDER BY hour, resource_id`,
    ),
  );
  expect(rows).toEqual([
    { resource_id: 'cellar-1', hour: 5, joules: 3600, method: 'rapl' },
    { resource_id: 'cellar-1', hour: 6, joules: 3600, method: 'dcgm-counter' },
    { resource_id: 'cellar-1', hour: 7, joules: 3600, method: 'rapl' },
    { resource_id: 'cellar-1', hour: 8, joules: null, method: null },
  ]);
  const findings = await examineMonth(workplace, { month: MONTH });
  expect(findings.map(({ about }) => about).filter((about) => about.startsWith('host '))).toEqual([]);
});

/** Reads of a node's exporters from one minute of the day to another: Kepler's of its processor and GPUs, at 1.1 W, and DCGM's of its one GPU. */
function scrapes(from: number, to: number, exporters: readonly ('kepler' | 'dcgm')[]): string {
  const read = (exporter: 'kepler' | 'dcgm', seconds: number) =>
    exporter === 'kepler'
      ? `kepler_node_gpu_joules_total{mode="dynamic"} ${seconds * 1.1}\nkepler_node_cpu_active_joules_total{zone="package"} ${seconds}`
      : `DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION{gpu="0",UUID="GPU-a"} ${seconds * 1000}`;
  return Array.from({ length: to - from + 1 }, (_, index) => {
    const minute = from + index;
    const moment = new Date(Date.parse(hourOf(MONTH, 0)) + minute * 60_000).toISOString();
    return [`# scraped_at ${moment} target=node-7`, ...exporters.map((each) => read(each, minute * 60)), ''].join('\n');
  }).join('');
}

/** Joules of hour 5 by resource and component where exporters are scraped, and an agent stands beside them. */
async function closedBeside(name: string, files: Readonly<Record<string, string>>, agent?: string) {
  const at = `${folder}/${name}`;
  const grid = { 'g.csv': [{ start: hourOf(MONTH, 5), intensity: 300 }] };
  await writeCompany({ month: MONTH, bills: {}, telemetry: {}, grid }, at);
  for (const [file, text] of Object.entries(files)) writeText(`${at}/inputs/scrapes/${file}`, text);
  if (agent) writeText(`${at}/inputs/telemetry/a.jsonl`, agent);
  const sources = [
    ...(agent ? [{ id: 'agents', kind: 'agent', path: './inputs/telemetry' }] : []),
    { id: 'scrapes', kind: 'activity', path: './inputs/scrapes' },
    { id: 'grid', kind: 'grid', path: './inputs/grid', zone: 'IE', factor_kind: 'direct' },
  ];
  await closeTiny(tinyWorkplace(at, tinySettings({ sources })), MONTH);
  const rows = await withWarehouse((warehouse) =>
    warehouse.query(
      `SELECT resource_id || ' ' || component AS of, sum(it_energy_joules)::DOUBLE AS joules, max(gap_reason) AS gap
       FROM read_parquet(${literal(`${at}/book/ledger/*/*.parquet`)}) WHERE period_start = TIMESTAMP '2026-06-01 05:00:00'
       GROUP BY ALL ORDER BY ALL`,
    ),
  );
  return { rows, told: (await bookedIn(at)).told };
}

describe('GPUs of a node that Kepler and DCGM both tell of', () => {
  const cpu = { of: 'node-7 cpu', joules: 3600, gap: null };

  test('count once, and are told', async () => {
    const files = { 'd.prom': scrapes(300, 360, ['dcgm']), 'k.prom': scrapes(300, 360, ['kepler']) };
    expect(await closedBeside('node', files)).toEqual({
      rows: [cpu, { of: 'node-7 gpu', joules: 3600, gap: null }],
      told: [{ what: 'scrapes: gpu of node-7', hours: 1 }],
    });
  });

  test('add up where they tell of different times', async () => {
    const files = { 'd.prom': scrapes(330, 360, ['dcgm']), 'k.prom': scrapes(300, 330, ['kepler']) };
    const { rows, told } = await closedBeside('halves', files);
    expect(rows[1]).toEqual({ of: 'node-7 gpu', joules: 1800 * 1.1 + 1800, gap: null });
    expect(told).toEqual([]);
  });

  test('leave to Kepler what DCGM does not tell of, also where DCGM tells twice', async () => {
    const dcgm = { 'd.prom': scrapes(330, 360, ['dcgm']), 'e.prom': scrapes(330, 359, ['dcgm']) };
    const { rows } = await closedBeside('twice', { ...dcgm, 'k.prom': scrapes(300, 360, ['kepler']) });
    expect(rows).toEqual([cpu, { of: 'node-7 gpu', joules: 1800 * 1.1 + 1800, gap: null }]);
  });

  test('are the agent’s where the agent of the host reads them, and so is its processor', async () => {
    const of = (component: 'cpu' | 'gpu', domain: string, seq: number): Telemetry => ({
      ...{ host: 'cellar-1', seq, start: hourOf(MONTH, 5), component, domain, idle: 3_600_000_000 },
    });
    const agent = telemetryText([of('gpu', 'GPU-a', 0), of('cpu', 'package-0', 1)]);
    const rows = ['cpu', 'gpu'].map((component) => ({ of: `cellar-1 ${component}`, joules: 3600, gap: null }));
    const inOne = { 'm.prom': scrapes(300, 360, ['kepler', 'dcgm']) };
    expect(await closedBeside('in-one', inOne, agent)).toMatchObject({ rows });
    const inTwo = { 'd.prom': scrapes(300, 330, ['dcgm']), 'k.prom': scrapes(300, 360, ['kepler']) };
    expect(await closedBeside('in-two', inTwo, agent)).toMatchObject({ rows });
  });
});

test('GPUs that an agent, and Kepler and DCGM in one file under another name, tell of count once', async () => {
  const at = `${folder}/three`;
  const grid = { 'g.csv': [{ start: hourOf(MONTH, 5), intensity: 300 }] };
  await writeCompany({ month: MONTH, bills: {}, telemetry: {}, grid }, at);
  const read: Telemetry = {
    ...{ host: 'cellar-1', seq: 0, start: hourOf(MONTH, 5), component: 'gpu', domain: 'GPU-a', idle: 3_600_000_000 },
  };
  writeText(`${at}/inputs/telemetry/a.jsonl`, telemetryText([read]));
  const scrapes = Array.from({ length: 121 }, (_, minute) => {
    const moment = new Date(Date.parse(hourOf(MONTH, 5)) + minute * 60_000).toISOString();
    const kepler = `kepler_node_gpu_joules_total{mode="dynamic"} ${minute * 60}`;
    const dcgm = `DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION{gpu="0",UUID="GPU-a"} ${minute * 60_000}`;
    return `# scraped_at ${moment} target=node-7\n${kepler}\n${minute <= 90 ? `${dcgm}\n` : ''}`;
  });
  writeText(`${at}/inputs/scrapes/all.prom`, scrapes.join(''));
  const sources = [
    { id: 'agents', kind: 'agent', path: './inputs/telemetry' },
    { id: 'scrapes', kind: 'activity', path: './inputs/scrapes' },
    { id: 'grid', kind: 'grid', path: './inputs/grid', zone: 'IE', factor_kind: 'direct' },
  ];
  await closeTiny(tinyWorkplace(at, tinySettings({ sources })), MONTH);
  const rows = await withWarehouse((warehouse) =>
    warehouse.query(
      `SELECT resource_id, hour(period_start)::INTEGER AS hour, sum(it_energy_joules)::DOUBLE AS joules
       FROM read_parquet(${literal(`${at}/book/ledger/*/*.parquet`)}) WHERE period_start < TIMESTAMP '2026-06-01 07:00:00'
       GROUP BY ALL ORDER BY hour, resource_id`,
    ),
  );
  expect(rows).toEqual([
    { resource_id: 'cellar-1', hour: 5, joules: 3600 },
    { resource_id: 'cellar-1', hour: 6, joules: 3600 },
  ]);
});
