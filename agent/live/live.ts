import type { Host, Look, Moment } from '../look.ts';
import type { Spending } from '../spending.ts';
import { type AgentHealth, faultsOf } from './health.ts';
import type { IdlePolicy } from './idle-policy.ts';
import type { ActivityIncrease } from './model-window.ts';
import { type OtlpExport, openOtlp } from './otlp.ts';
import { CONTENT_TYPE, renderMetrics } from './render.ts';
import { plainAnswer, type Route } from './router.ts';
import { seriesOfHealth, seriesOfTotals } from './series.ts';
import { createLiveServer, type LiveServer } from './server.ts';
import { type LiveSettings, type OtlpSettings, parseAddress } from './settings.ts';
import { Totals } from './totals.ts';

const MS_PER_SECOND = 1000;

export interface LiveContext {
  readonly host: Host;
  readonly version: string;
  now(): Pick<Moment, 'readAt' | 'runningMs'>;
  /** Reads the files that the settings name: token, certificate, key, headers. */
  readText(path: string): Promise<string>;
  /** What others answer beside `/metrics` and `/healthz`. */
  readonly routes?: readonly Route[];
}

/** What the agent shows while it runs. */
export interface Live {
  /** Where it listens; `undefined` where it does not. */
  readonly port: number | undefined;
  /** One more tick. */
  tick(spendings: readonly Spending[], look: Look): void;
  /** What model servers did since they were last asked. */
  activity(increases: readonly ActivityIncrease[]): void;
  /** Names who tells the agent's health; asked at each scrape. */
  health(provider: () => AgentHealth): void;
  close(): Promise<void>;
}

/** Opens the live output. Throws where a file cannot be read, the address is taken, or others could ask unseen. */
export async function openLive(
  settings: { readonly live: LiveSettings; readonly idle: IdlePolicy; readonly otlp?: OtlpSettings | undefined },
  context: LiveContext,
): Promise<Live> {
  const board = new Board(settings.live, settings.idle, context);
  const otlp = settings.otlp && (await openExport(settings.otlp, context, board));
  board.otlp = otlp;
  const server = await maybeServer(settings.live, context, board).catch(async (error: unknown) => {
    await otlp?.close();
    throw error;
  });
  return {
    port: server?.port,
    tick: (spendings, look) => board.tick(spendings, look),
    activity: (increases) => board.activity(increases),
    health: (provider) => board.listenTo(provider),
    async close() {
      await Promise.all([server?.close(), otlp?.close()]);
    },
  };
}

/** What is shown at the moment. */
class Board {
  readonly totals: Totals;
  otlp: OtlpExport | undefined;
  #provider: (() => AgentHealth) | undefined;
  #tickedAtMs: number | undefined;
  readonly #settings: LiveSettings;
  readonly #context: LiveContext;

  constructor(settings: LiveSettings, idle: IdlePolicy, context: LiveContext) {
    this.#settings = settings;
    this.#context = context;
    const { max_series: maxSeries, window_seconds: seconds } = settings;
    this.totals = new Totals({ idle, maxSeries, windowMs: seconds * MS_PER_SECOND });
  }

  tick(spendings: readonly Spending[], look: Look): void {
    this.totals.add(spendings, look);
    this.#tickedAtMs = this.#context.now().runningMs;
  }

  activity(increases: readonly ActivityIncrease[]): void {
    this.totals.addActivity(increases, this.#context.now().runningMs);
  }

  listenTo(provider: () => AgentHealth): void {
    this.#provider = provider;
  }

  metrics(): string {
    const { readAt, runningMs } = this.#context.now();
    const at = { now: readAt, tickAgeSeconds: this.#tickAge(runningMs) };
    const energy = seriesOfTotals(this.totals, this.#settings.carbon_intensity_gco2e_per_kwh);
    return renderMetrics([...energy, ...seriesOfHealth(this.#health(), at)]);
  }

  faults(): string[] {
    const tickAgeSeconds = this.#tickAge(this.#context.now().runningMs);
    const { stale_after_seconds: staleAfterSeconds } = this.#settings;
    return faultsOf({ health: this.#health(), tickAgeSeconds, staleAfterSeconds });
  }

  #tickAge(runningMs: number): number | undefined {
    return this.#tickedAtMs === undefined ? undefined : (runningMs - this.#tickedAtMs) / MS_PER_SECOND;
  }

  #health(): AgentHealth | undefined {
    const health = this.#provider?.();
    if (!health || !this.otlp) return health;
    return { ...health, sinkFailures: { ...health.sinkFailures, otlp: this.otlp.failures() } };
  }
}

async function maybeServer(
  settings: LiveSettings,
  context: LiveContext,
  board: Board,
): Promise<LiveServer | undefined> {
  const { listen, token_file, cert_file, key_file } = settings;
  if (listen === 'none') return undefined;
  const [token, cert, key] = await Promise.all([
    maybeSecret(token_file, context),
    maybeText(cert_file, context),
    maybeText(key_file, context),
  ]);
  return createLiveServer({
    ...parseAddress(listen),
    token,
    tls: cert !== undefined && key !== undefined ? { cert, key } : undefined,
    routes: [...routesOf(board), ...(context.routes ?? [])],
  });
}

function routesOf(board: Board): Route[] {
  return [
    { method: 'GET', path: '/metrics', answer: () => ({ status: 200, type: CONTENT_TYPE, text: board.metrics() }) },
    {
      method: 'GET',
      path: '/healthz',
      isOpen: true,
      answer() {
        const faults = board.faults();
        return faults.length === 0 ? plainAnswer(200, 'ok') : plainAnswer(503, faults.join('\n'));
      },
    },
  ];
}

async function openExport(settings: OtlpSettings, context: LiveContext, board: Board): Promise<OtlpExport> {
  const headers = await maybeText(settings.headers_file, context);
  return openOtlp(settings, { host: context.host, version: context.version, headers, totals: () => board.totals });
}

/** An empty file would let anyone in who sends an empty token. */
async function maybeSecret(path: string | undefined, context: LiveContext): Promise<string | undefined> {
  const text = (await maybeText(path, context))?.trim();
  if (text === undefined || /^\S{16,}$/.test(text)) return text;
  throw new Error(
    `Cannot use the token in ${path}: expected 16 characters or more without spaces, got fewer or others`,
  );
}

async function maybeText(path: string | undefined, { readText }: LiveContext): Promise<string | undefined> {
  if (path === undefined) return undefined;
  return readText(path).catch((error: NodeJS.ErrnoException) => {
    throw new Error(`Cannot read ${path}: expected a readable file, got ${error.code ?? error.message}`);
  });
}
