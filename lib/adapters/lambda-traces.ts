import { Tracer } from '@aws-lambda-powertools/tracer';

import { causeOf, nameOf } from './live/fetch-error.ts';
import { codeOf } from './system-error.ts';
import { type TracedCall, traceWith } from './traces.ts';

type Subsegment = NonNullable<Parameters<Parameters<Tracer['provider']['captureAsyncFunc']>[1]>[0]>;

/** What a trace can be searched by, and the part of the input that it is. */
const ANNOTATIONS = { month: 'month', source: 'source_id', shard: 'shard', planned: 'stage', work: 'work' } as const;
/** AWS X-Ray Developer Guide, "Segment documents": an annotation has at most 1 000 characters. */
const LONGEST_ANNOTATION = 1000;

/**
 * Off where Lambda is not, or POWERTOOLS_TRACE_ENABLED is false. Powertools' own capture of HTTP is off: it finds the segment
 * of a call by its connection, so that with a connection kept from an earlier call of the function, or with two calls at
 * once, segments are lost; and it shows a call's path.
 */
const tracer = new Tracer({ captureHTTPsRequests: false });

traceWith({ client: (client) => tracer.captureAWSv3Client(client), call: traceCall });

/** Does the work of a function in a segment of its own, which can be found by what the function was asked. */
export function traceFunction<Answer>(input: unknown, work: () => Promise<Answer>): Promise<Answer> {
  // biome-ignore lint/style/noProcessEnv: a Lambda is told by its environment who it is
  const stage = process.env['POWERTOOLS_SERVICE_NAME'] ?? 'function';
  return inSegment(`## ${stage}`, withoutQueries, async () => {
    tracer.annotateColdStart();
    tracer.addServiceNameAnnotation();
    for (const [name, value] of Object.entries({ stage, ...annotationsOf(input) })) tracer.putAnnotation(name, value);
    return work();
  });
}

function annotationsOf(input: unknown): Record<string, string> {
  const asked: Readonly<Record<string, unknown>> = { ...(typeof input === 'object' && input) };
  return Object.fromEntries(
    Object.entries(ANNOTATIONS).flatMap(([name, key]) => {
      const value = asked[key];
      return typeof value === 'string' ? [[name, value.slice(0, LONGEST_ANNOTATION)]] : [];
    }),
  );
}

function traceCall<Answer>({ host, method }: TracedCall, send: () => Promise<Answer>): Promise<Answer> {
  return inSegment(host, codeAlone, async (segment) => {
    const request = { url: `https://${host}/`, method };
    segment?.addAttribute('namespace', 'remote');
    segment?.addAttribute('http', { request });
    const answer = await send();
    const status = statusOf(answer);
    if (status !== undefined) segment?.addAttribute('http', { request, response: { status } });
    if (status === 429) segment?.addThrottleFlag();
    if (status !== undefined && status >= 500) segment?.addFaultFlag();
    else if (status !== undefined && status >= 400) segment?.addErrorFlag();
    return answer;
  });
}

function statusOf(answer: unknown): number | undefined {
  if (typeof answer !== 'object' || answer === null || !('status' in answer)) return undefined;
  return typeof answer.status === 'number' ? answer.status : undefined;
}

/** What the work throws is shown in its segment, as far as it may be, and thrown on; a trace that fails fails nothing else. */
function inSegment<Answer>(
  name: string,
  tellable: (error: unknown) => Error,
  work: (segment?: Subsegment) => Promise<Answer>,
): Promise<Answer> {
  if (!tracer.isTracingEnabled()) return work();
  return tracer.provider.captureAsyncFunc(name, async (segment?: Subsegment) => {
    try {
      return await work(segment);
    } catch (error) {
      segment?.addError(tellable(error));
      throw error;
    } finally {
      close(segment);
    }
  }) as Promise<Answer>;
}

function close(segment: Subsegment | undefined): void {
  try {
    segment?.close();
  } catch {
    // The work is done; its trace alone is lost.
  }
}

/** An error of a client may repeat what was sent: its code alone is told. */
function codeAlone(error: unknown): Error {
  const name = nameOf(error);
  const code = codeOf(causeOf(error));
  const message = /^\w+$/.test(code) ? code : 'no code';
  return Object.assign(new Error(message), { name, stack: `${name}: ${message}` });
}

/** An error of our own, without what addresses in it may carry: queries, names and passwords. */
function withoutQueries(error: unknown): Error {
  const { name, message, stack = '' } = error instanceof Error ? error : new Error(String(error));
  return Object.assign(new Error(withoutSecrets(message)), { name, stack: withoutSecrets(stack) });
}

function withoutSecrets(text: string): string {
  return text.replaceAll(/\?[^\s?]*=\S*/g, '?…').replaceAll(/\/\/[^\s/@]+@/g, '//…@');
}
