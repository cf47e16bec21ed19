import { type Answer, post } from '../post.ts';
import type { EndRun, OpenRun } from './requests.ts';
import type { RunRecord } from './windows.ts';

/** The agent of this host as a run speaks to it. */
export interface RunClient {
  /** `undefined` where no agent listens; throws where one refuses. */
  open(run: OpenRun): Promise<{ readonly started_at: string } | undefined>;
  end(runId: string, end: EndRun): Promise<RunRecord>;
}

const ANSWER_MS = 5000;

/** Speaks to the agent at `url` (`http://127.0.0.1:9710`), with its token where it asks for one. */
export function runClient(url: string, token: string | undefined): RunClient {
  const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) };
  const ask = (path: string, body: unknown) =>
    post(new URL(path, url), { headers, body: Buffer.from(JSON.stringify(body)) }, ANSWER_MS);
  return {
    async open(run) {
      const answer = await ask('runs', run).catch(() => undefined);
      return answer && (JSON.parse(accepted(answer, url)) as { started_at: string });
    },
    async end(runId, end) {
      return JSON.parse(accepted(await ask(`runs/${encodeURIComponent(runId)}/end`, end), url)) as RunRecord;
    },
  };
}

function accepted({ status, text }: Answer, url: string): string {
  if (status === 200 || status === 201) return text;
  throw new Error(`Cannot book the run: the agent at ${url} answered ${status}: ${text.slice(0, 200)}`);
}
