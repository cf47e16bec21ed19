/** What a route is asked. */
interface LiveRequest {
  /** Parts of the path that the route names: `/runs/:run_id/end` gives `run_id`. */
  readonly params: Readonly<Record<string, string>>;
  /** Parsed JSON, still to be checked; `undefined` where nothing was sent. */
  readonly body: unknown;
}

/** What a request to the live page is answered. */
export interface LiveAnswer {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

/** One method and path, and what answers there. */
export interface Route {
  readonly method: 'GET' | 'POST';
  /** Segments that begin with `:` stand for any text. */
  readonly path: string;
  /** Answers without a token, too: nothing secret may stand there. */
  readonly isOpen?: boolean;
  answer(request: LiveRequest): LiveAnswer | Promise<LiveAnswer>;
}

/** A refusal that is told to whoever asked, in words; other errors are told as 500 without their text. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export interface Match {
  readonly route: Route;
  readonly params: Readonly<Record<string, string>>;
}

/** The route of a method and a path. Throws a `Refusal`: 404 where nothing is, 405 where another method would do. */
export function routeOf(routes: readonly Route[], method: string, path: string): Match {
  const there = routes.flatMap((route) => {
    const params = maybeParams(route.path, path);
    return params ? [{ route, params }] : [];
  });
  const found = there.find(({ route }) => route.method === method);
  if (found) return found;
  if (there.length === 0) throw new Refusal(404, `Cannot find ${path.slice(0, 100)}`);
  const methods = there.map(({ route }) => route.method).join(', ');
  throw new Refusal(405, `Cannot answer ${method} here: expected ${methods}`);
}

function maybeParams(pattern: string, path: string): Record<string, string> | undefined {
  const wanted = pattern.split('/');
  const got = path.split('/');
  if (wanted.length !== got.length) return undefined;
  const isHere = wanted.every((part, index) => (isParam(part) ? got[index] !== '' : part === got[index]));
  if (!isHere) return undefined;
  const named = wanted.map((part, index) => [part.slice(1), got[index] ?? '', isParam(part)] as const);
  return Object.fromEntries(named.filter(([, , is]) => is).map(([name, segment]) => [name, decoded(segment)]));
}

function isParam(part: string): boolean {
  return part.startsWith(':');
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new Refusal(400, 'Cannot read the path: expected percent-encoded UTF-8');
  }
}

/** An answer in words. */
export function plainAnswer(status: number, words: string): LiveAnswer {
  return { status, type: 'text/plain; charset=utf-8', text: `${words}\n` };
}
