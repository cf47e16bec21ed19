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
  const post = (path: string, body: unknown) =>
    fetch(new URL(path, url), {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(ANSWER_MS),
    });
  return {
    async open(run) {
      const answer = await post('runs', run).catch(() => undefined);
      return answer && (JSON.parse(await accepted(answer, url)) as { started_at: string });
    },
    async end(runId, end) {
      const answer = await post(`runs/${encodeURIComponent(runId)}/end`, end);
      return JSON.parse(await accepted(answer, url)) as RunRecord;
    },
  };
}

async function accepted(answer: Response, url: string): Promise<string> {
  const text = await answer.text();
  if (answer.ok) return text;
  throw new Error(`Cannot book the run: the agent at ${url} answered ${answer.status}: ${text.slice(0, 200)}`);
}
