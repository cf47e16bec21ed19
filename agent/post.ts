import { type IncomingHttpHeaders, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';

/** No answer within this time is a failure. */
const DEADLINE_MS = 30_000;
/** What a server says beyond this is not read: an answer is only told. */
const LONGEST_ANSWER = 64 * 1024;

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly retryAfter: string | undefined;
  readonly text: string;
}

interface Sent {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** Posts a body and gives the answer, whatever its status. Rejects where there is none in time. */
export function post(url: URL, sent: Sent, deadlineMs = DEADLINE_MS): Promise<Answer> {
  return send(url, { method: 'POST', ...sent }, deadlineMs);
}

/** As `post`, by any method. `fetch` would bring a whole client of 10 MB. */
export function send(
  url: URL,
  { method, headers, body }: Sent & { readonly method: 'POST' | 'PUT' },
  deadlineMs: number,
): Promise<Answer> {
  const request = url.protocol === 'https:' ? requestHttps : requestHttp;
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(deadlineMs);
    const late = () => new Error(`expected an answer within ${deadlineMs} ms, got none`);
    const failed = (error: Error) => reject(signal.aborted ? late() : error);
    const sent = request(url, { method, signal, headers: { ...headers, 'content-length': body.length } });
    sent.on('error', failed).on('response', (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => {
        text = (text + part).slice(0, LONGEST_ANSWER);
      });
      const { headers: answered, statusCode: status = 0 } = response;
      const whole = () => resolve({ status, headers: answered, retryAfter: answered['retry-after'], text });
      response.on('end', whole).on('error', failed);
    });
    sent.end(body);
  });
}
