import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';

/** No answer within this time is a failure. */
const DEADLINE_MS = 30_000;
/** What a server says beyond this is not read: an answer is only told. */
const LONGEST_ANSWER = 64 * 1024;

export interface Answer {
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly text: string;
}

/** Posts a body and gives the answer, whatever its status. `fetch` would bring a whole client of 10 MB. Rejects where there is none in time. */
export function post(
  url: URL,
  { headers, body }: { headers: Readonly<Record<string, string>>; body: Uint8Array },
  deadlineMs = DEADLINE_MS,
): Promise<Answer> {
  const request = url.protocol === 'https:' ? requestHttps : requestHttp;
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(deadlineMs);
    const late = () => new Error(`expected an answer within ${deadlineMs} ms, got none`);
    const failed = (error: Error) => reject(signal.aborted ? late() : error);
    const sent = request(url, { method: 'POST', signal, headers: { ...headers, 'content-length': body.length } });
    sent.on('error', failed).on('response', (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => {
        text = (text + part).slice(0, LONGEST_ANSWER);
      });
      const retryAfter = response.headers['retry-after'];
      response.on('end', () => resolve({ status: response.statusCode ?? 0, retryAfter, text })).on('error', failed);
    });
    sent.end(body);
  });
}
