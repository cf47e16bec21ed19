import type { ClientRequest, IncomingMessage, RequestOptions } from 'node:http';

/** What is asked of a small server nearby: a management controller, the metadata of an instance. */
export interface Question {
  readonly url: URL;
  readonly method?: 'GET' | 'PUT';
  readonly headers?: Readonly<Record<string, string>>;
  /** The whole answer must be here by then. */
  readonly timeoutMs: number;
  readonly mostBytes: number;
  /** Takes a certificate that nobody vouches for, as controllers have when they leave the factory. */
  readonly isTlsInsecure?: boolean;
}

/**
 * The body of an answer with status 200. Throws `Cannot read <url>: expected …, got …` for every other status (redirects
 * too: credentials do not travel on), a slow or endless answer, and a server that cannot be reached.
 */
export async function readAnswer(question: Question): Promise<string> {
  const { url, method = 'GET', headers, timeoutMs, isTlsInsecure = false } = question;
  const ending = AbortSignal.timeout(timeoutMs);
  const options: RequestOptions = { method, headers: { ...headers, connection: 'close' }, signal: ending };
  const request =
    url.protocol === 'https:' ? (await import('node:https')).request : (await import('node:http')).request;
  const tls = { rejectUnauthorized: !isTlsInsecure };
  try {
    return await new Promise((resolve, reject) => {
      const asked: ClientRequest = request(url, { ...options, ...tls }, (answer) => {
        bodyOf(answer, question).then(resolve, (error: unknown) => {
          asked.destroy();
          reject(error);
        });
      });
      asked.on('error', reject);
      asked.end();
    });
  } catch (error) {
    throw new Error(
      `Cannot read ${url.href}: ${ending.aborted ? `expected an answer within ${timeoutMs} ms, got none` : faultOf(error)}`,
      { cause: error },
    );
  }
}

async function bodyOf(answer: IncomingMessage, { mostBytes }: Question): Promise<string> {
  if (answer.statusCode !== 200) throw new UnexpectedAnswer(`expected status 200, got ${answer.statusCode}`);
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of answer) {
    bytes += part.length;
    if (bytes > mostBytes) throw new UnexpectedAnswer(`expected at most ${mostBytes} bytes, got more`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

class UnexpectedAnswer extends Error {}

function faultOf(error: unknown): string {
  if (error instanceof UnexpectedAnswer) return error.message;
  const { code, message } = Object(error) as { readonly code?: unknown; readonly message?: unknown };
  return `expected a server that answers, got ${code ?? message}`;
}
