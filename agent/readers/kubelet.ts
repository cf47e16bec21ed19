import { readFile } from 'node:fs/promises';
import { request as requestHttp } from 'node:http';
import { type RequestOptions, request as requestHttps } from 'node:https';

import * as z from 'zod';

import { type Pods, parsePods } from '../attribution/pods.ts';

const path = z.string().min(1);

/** Where the kubelet of this host answers, and how to tell that it is the right one. */
export const kubeletSchema = z
  .strictObject({
    url: z.url({ protocol: /^https?$/ }).default('https://127.0.0.1:10250'),
    token_file: path.optional().describe('Service account token; read anew each time, since it is renewed'),
    ca_file: path.optional().describe('Certificate of the authority that signed the one of the kubelet'),
    insecure_tls: z.boolean().default(false).describe('Take any certificate: kubelets often sign their own'),
    interval_s: z.number().min(15).max(600).default(30),
    pod_labels: z.array(path).default([]).describe('Labels of pods that are shown, as pod_label_<name>'),
  })
  .refine(({ insecure_tls, ca_file }) => !(insecure_tls && ca_file), {
    path: ['insecure_tls'],
    error: 'expected false beside a ca_file',
  });
export type KubeletSettings = z.infer<typeof kubeletSchema>;

/** The pods of this host, as its kubelet last told. */
export interface Kubelet {
  readonly pods: Pods;
  /** Counts the answers. */
  readonly changes: number;
  /** Why the last question had no answer. */
  readonly problem: string | undefined;
  /** Asks where it is time, and sooner where a pod is missing; does not wait for the answer. Whether it asked. */
  askIfDue(runningMs: number, isMissing: boolean): boolean;
  close(): void;
}

/** A host without Kubernetes. */
export const NO_KUBELET: Kubelet = {
  pods: new Map(),
  changes: 0,
  problem: undefined,
  askIfDue: () => false,
  close: () => undefined,
};

/** A pod that is missing is asked for at once, but not more often than this. */
const SOONEST_MS = 5000;
const TIMEOUT_MS = 5000;
/** 250 pods of 64 KiB, twice what Kubernetes recommends for a node; parsing it takes longer than a tick should. */
const LONGEST_BYTES = 16 * 1024 * 1024;
const MS_PER_SECOND = 1000;

/** Opens the kubelet; the first question is asked by `askIfDue`. */
export function openKubelet(settings: KubeletSettings): Kubelet {
  const ending = new AbortController();
  let pods: Pods = new Map();
  let changes = 0;
  let problem: string | undefined;
  let askedAt = Number.NEGATIVE_INFINITY;
  let isAsking = false;
  const ask = async () => {
    isAsking = true;
    try {
      pods = parsePods(await fetchPods(settings, ending.signal), settings.pod_labels);
      problem = undefined;
    } catch (error) {
      problem = `Cannot read the pods of the kubelet ${settings.url}: ${messageOf(error)}`;
    }
    changes += 1;
    isAsking = false;
  };
  return {
    get pods() {
      return pods;
    },
    get changes() {
      return changes;
    },
    get problem() {
      return problem;
    },
    askIfDue(runningMs, isMissing) {
      const pause = isMissing ? SOONEST_MS : settings.interval_s * MS_PER_SECOND;
      if (isAsking || ending.signal.aborted || runningMs - askedAt < pause) return false;
      askedAt = runningMs;
      void ask();
      return true;
    },
    close: () => ending.abort(),
  };
}

/** The answer of `/pods`, at most `LONGEST_BYTES`, within `TIMEOUT_MS`. Throws with what came instead. */
async function fetchPods(settings: KubeletSettings, ending: AbortSignal): Promise<string> {
  const token = settings.token_file && (await readFile(settings.token_file, 'utf8')).trim();
  const ca = settings.ca_file && (await readFile(settings.ca_file));
  const options: RequestOptions = {
    headers: { accept: 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    rejectUnauthorized: !settings.insecure_tls,
    ...(ca && { ca }),
    signal: AbortSignal.any([ending, AbortSignal.timeout(TIMEOUT_MS)]),
  };
  return answerOf(new URL('/pods', settings.url), options);
}

function answerOf(url: URL, options: RequestOptions): Promise<string> {
  const request = url.protocol === 'https:' ? requestHttps : requestHttp;
  return new Promise((resolve, reject) => {
    const asked = request(url, options, (answer) => {
      const chunks: Buffer[] = [];
      let length = 0;
      answer.on('data', (chunk: Buffer) => {
        length += chunk.length;
        chunks.push(chunk);
        if (length > LONGEST_BYTES) asked.destroy(new Error(`expected at most ${LONGEST_BYTES} bytes, got more`));
      });
      answer.on('error', reject);
      answer.on('end', () => {
        if (answer.statusCode === 200) resolve(Buffer.concat(chunks).toString('utf8'));
        else reject(new Error(`expected status 200, got ${answer.statusCode}`));
      });
    });
    asked.on('error', reject).end();
  });
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.name === 'TimeoutError' || error.name === 'AbortError'
    ? `expected an answer within ${TIMEOUT_MS / MS_PER_SECOND} s, got none`
    : error.message;
}
