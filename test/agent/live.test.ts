import type { AgentHealth } from '../../agent/live/health.ts';
import { type Live, type LiveContext, openLive } from '../../agent/live/live.ts';
import { plainAnswer } from '../../agent/live/router.ts';
import { liveSettings, otlpSettings } from '../../agent/live/settings.ts';
import { readOwnProcess } from '../../agent/readers/own-process.ts';
import { readExposition } from '../support/exposition.ts';
import { GPU, lookAt, serviceOf, silent, spent } from '../support/made-up-spendings.ts';

const LLM = serviceOf('vllm.service', { model_id: 'llama', project: 'chat' });
const HEALTH: AgentHealth = {
  build: { version: '0.1.0', node: 'v24.0.0' },
  process: { cpuSeconds: 1.5, residentBytes: 60e6, startedAt: new Date('2026-06-01T11:00:00Z') },
  tickSeconds: 0.008,
  spool: { records: 12, bytes: 4096, oldestUnsentAt: lookAt(-60).readAt, dropped: 0, quarantined: 1 },
  sinkFailures: { s3: 2 },
  readErrors: { nvml: { 'gpu-is-lost': 1, timeout: 3 } },
  scrapedAt: { 'http://127.0.0.1:8000/metrics': lookAt(-5).readAt, never: undefined },
  levels: [
    { target: 'chat', model: 'llama', level: 'queued_requests', value: 3 },
    { target: 'trainer', model: undefined, level: 'loss', value: -0.25 },
    // Names that are one once they are cut.
    { target: 'chat', model: `${'m'.repeat(200)}1`, level: 'queued_requests', value: 1 },
    { target: 'chat', model: `${'m'.repeat(200)}2`, level: 'queued_requests', value: 2 },
  ],
};

const open: Live[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((live) => live.close()));
});

interface Opened {
  readonly live: Live;
  /** Sets the clock to so many seconds after noon. */
  at(seconds: number): void;
  ask(path: string, headers?: Readonly<Record<string, string>>): Promise<{ status: number; text: string }>;
}

async function opened(settings: object = {}, more: Partial<LiveContext> = {}): Promise<Opened> {
  let seconds = 0;
  const live = await openLive(
    { live: liveSettings.parse({ listen: '127.0.0.1:0', ...settings }), idle: 'node' },
    {
      host: { hostId: 'h-1', resourceId: 'i-1' },
      version: '0.1.0',
      now: () => lookAt(seconds),
      readText: async () => 'a-token-of-enough-length\n',
      ...more,
    },
  );
  open.push(live);
  return {
    live,
    at(then) {
      seconds = then;
    },
    async ask(path, headers = {}) {
      const answer = await fetch(`http://127.0.0.1:${live.port}${path}`, { headers });
      return { status: answer.status, text: await answer.text() };
    },
  };
}

const tickOf = (live: Live, seconds: number) => {
  const look = lookAt(seconds);
  live.tick([spent(GPU, look, { workloads: [{ workload: LLM, energyMicrojoules: 300_000_000n }] })], look);
};

describe('the live output', () => {
  test('shows energy, activity and the health of the agent, as promtool would take it', async () => {
    const { live, at, ask } = await opened({ carbon_intensity_gco2e_per_kwh: 300 });
    live.health(() => HEALTH);
    at(1);
    tickOf(live, 1);
    live.activity([{ model_id: 'llama', measure: 'output_tokens', quantity: '600' }]);
    at(3);
    const { status, text } = await ask('/metrics');
    expect(status).toBe(200);
    const series = readExposition(text);
    const shown = series.map(({ name, labels, value }) => [name, Object.values(labels).join(' '), value]);
    expect(shown).toEqual(
      expect.arrayContaining([
        ['joulebook_device_energy_joules_total', 'gpu GPU-1 NVIDIA H200 measured attributed', 300],
        ['joulebook_workload_energy_joules_total', 'gpu measured chat llama vllm.service', 300],
        ['joulebook_joules_per_output_token', 'llama measured', 0.5],
        ['joulebook_last_tick_age_seconds', '', 2],
        ['joulebook_spool_oldest_unsent_age_seconds', '', 63],
        ['joulebook_records_quarantined_total', '', 1],
        ['joulebook_sink_failures_total', 's3', 2],
        ['joulebook_sensor_read_errors_total', 'nvml timeout', 3],
        ['joulebook_scrape_staleness_seconds', 'http://127.0.0.1:8000/metrics', 8],
        ['joulebook_scrape_staleness_seconds', 'never', Number.POSITIVE_INFINITY],
        ['joulebook_scraped_queued_requests', 'chat llama', 3],
        ['joulebook_scraped_queued_requests', `chat ${'m'.repeat(128)}`, 1],
        ['joulebook_scraped_loss', 'trainer', -0.25],
        ['joulebook_build_info', '0.1.0 v24.0.0', 1],
        ['process_start_time_seconds', '', Date.parse('2026-06-01T11:00:00Z') / 1000],
      ]),
    );
  });

  test('before the first tick shows no energy, and is not well', async () => {
    const { ask } = await opened();
    expect(await ask('/healthz')).toEqual({ status: 503, text: 'no tick yet\n' });
    expect(readExposition((await ask('/metrics')).text).filter(({ name }) => /joules|watts/.test(name))).toEqual([]);
  });

  test('is well while ticks come and the spool can be written, and else says why', async () => {
    const { live, at, ask } = await opened({ stale_after_seconds: 10 });
    let failure: string | undefined;
    live.health(() => ({ ...HEALTH, spool: HEALTH.spool && { ...HEALTH.spool, failure } }));
    tickOf(live, 0);
    expect(await ask('/healthz')).toEqual({ status: 200, text: 'ok\n' });
    at(11);
    failure = 'the disk is full';
    expect(await ask('/healthz')).toEqual({
      status: 503,
      text: 'the last tick was 11 s ago: expected at most 10 s\nthe spool cannot be written: the disk is full\n',
    });
  });

  test('of a tick with gaps only is not one of zeros', async () => {
    const { live, ask } = await opened();
    const look = lookAt(1);
    live.tick([silent(GPU, look, 'gpu-is-lost')], look);
    const series = readExposition((await ask('/metrics')).text);
    expect(series.filter(({ name }) => /energy|power/.test(name))).toEqual([]);
    expect(series).toContainEqual(expect.objectContaining({ name: 'joulebook_device_gap_seconds_total', value: 1 }));
  });

  test('asks for its token, and answers the routes of others as well', async () => {
    const routes = [{ method: 'GET', path: '/runs', answer: () => plainAnswer(200, 'runs') }] as const;
    const { ask } = await opened({ token_file: '/etc/joulebook/token' }, { routes });
    expect((await ask('/runs')).status).toBe(401);
    const headers = { authorization: 'Bearer a-token-of-enough-length' };
    expect(await ask('/runs', headers)).toEqual({ status: 200, text: 'runs\n' });
  });

  test('that listens nowhere still takes ticks', async () => {
    const { live } = await opened({ listen: 'none' });
    tickOf(live, 1);
    expect(live.port).toBeUndefined();
  });

  test.each([
    [{ listen: '0.0.0.0:0' }, {}, /^Cannot serve live output on 0\.0\.0\.0: expected token_file/],
    [
      { token_file: '/absent' },
      { readText: () => Promise.reject(Object.assign(new Error('no'), { code: 'ENOENT' })) },
      /^Cannot read \/absent: expected a readable file, got ENOENT$/,
    ],
    [{ token_file: '/short' }, { readText: async () => 'short' }, /^Cannot use the token in \/short: expected 16/],
  ])('with %j does not start', async (settings, more, message) => {
    await expect(opened(settings, more)).rejects.toThrow(message);
  });

  test('gives its port back where the export cannot start', async () => {
    const { live } = await opened();
    await live.close();
    const settings = {
      live: liveSettings.parse({ listen: `127.0.0.1:${live.port}` }),
      idle: 'node' as const,
      otlp: otlpSettings.parse({ endpoint: 'http://127.0.0.1:9', headers_file: '/headers' }),
    };
    const context = { host: { hostId: 'h-1', resourceId: 'i-1' }, version: '0.1.0', now: () => lookAt(0) };
    const readText = async () => 'no header';
    await expect(openLive(settings, { ...context, readText })).rejects.toThrow(/^Cannot read the OTLP headers/);
    open.push(await openLive({ live: settings.live, idle: 'node' }, { ...context, readText }));
  });
});

test('this process knows what it has used', () => {
  const before = readOwnProcess();
  const after = readOwnProcess();
  expect(after.cpuSeconds).toBeGreaterThanOrEqual(before.cpuSeconds);
  expect(after.residentBytes).toBeGreaterThan(10e6);
  expect(after.startedAt).toEqual(before.startedAt);
});
