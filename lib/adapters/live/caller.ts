import type { Caller, Leave } from '../../landing/live-origin.ts';
import { SourceUnavailable } from '../../landing/origin.ts';
import type { Answer, Call } from '../../sources/live.ts';
import type { CallerEdges } from './caller-edges.ts';
import { PartsCaller } from './parts-caller.ts';

const MINUTE_MS = 60_000;

type Transport = Call['transport'];

/** Opens a caller for each transport. A transport's packages are loaded when a source first needs them. */
const TRANSPORTS: Readonly<Record<Transport, (edges: CallerEdges) => Promise<Caller>>> = {
  http: async (edges) => new PartsCaller(new (await import('./http-caller.ts')).HttpCaller(edges)),
  aws: async (edges) => new (await import('./aws-caller.ts')).AwsCaller(edges),
  bigquery: async (edges) => new (await import('./bigquery-caller.ts')).BigQueryCaller(edges),
  package: async () => new (await import('./package-caller.ts')).PackageCaller(),
};

/** Speaks to the provider of one source, by whatever transport its calls name, until its time is up. */
export class ProviderCaller implements Caller {
  readonly #edges: CallerEdges;
  readonly #begunAt: number;
  readonly #open = new Map<Transport, Promise<Caller>>();

  constructor(edges: CallerEdges) {
    this.#edges = edges;
    this.#begunAt = edges.now();
  }

  async call(call: Call, leave?: Leave): Promise<Answer> {
    this.#checkTime();
    const caller = this.#open.get(call.transport) ?? TRANSPORTS[call.transport](this.#edges);
    this.#open.set(call.transport, caller);
    return (await caller).call(call, leave);
  }

  #checkTime(): void {
    const { sourceId, patience, now } = this.#edges;
    if (now() - this.#begunAt <= patience.totalMs) return;
    const minutes = patience.totalMs / MINUTE_MS;
    throw new SourceUnavailable(`Cannot ask ${sourceId} to the end: expected all answers within ${minutes} minutes`);
  }
}
