import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import type { Caller } from '../../lib/landing/live-origin.ts';
import { SourceUnavailable } from '../../lib/landing/origin.ts';
import type { Answer, Call } from '../../lib/sources/live.ts';

const WRITER = join(__dirname, 'bigquery-writer.ts');

/** A call, and the server of the test that stands in for Google. */
export interface CallOfTest {
  readonly server: string;
  readonly options: Readonly<Record<string, string>>;
  readonly maxBytes?: number;
  readonly call: Call;
}

type Said = { readonly waits: readonly number[] } & (
  | { readonly text: string }
  | { readonly name: string; readonly message: string }
);

/** The BigQuery caller in a process of its own, with its own environment. */
export class BigQueryProcess {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  /** What the caller waited for in the last call's stead, in milliseconds. */
  waits: readonly number[] = [];

  constructor(env: Readonly<Record<string, string>>) {
    const child = spawn(process.execPath, ['--experimental-import-text', '--no-warnings', WRITER], {
      env,
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#child = child;
    this.#lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  }

  callerFor(place: Omit<CallOfTest, 'call'>): Caller {
    return { call: (call) => this.#ask({ ...place, call }) };
  }

  async stop(): Promise<void> {
    this.#child.stdin?.end();
    if (this.#child.exitCode === null) await once(this.#child, 'exit');
  }

  async #ask(asked: CallOfTest): Promise<Answer> {
    this.#child.stdin?.write(`${JSON.stringify(asked)}\n`);
    const { value } = await this.#lines.next();
    const said: Said = JSON.parse(value);
    this.waits = said.waits;
    if ('text' in said) return { status: 200, text: said.text };
    throw said.name === 'SourceUnavailable'
      ? new SourceUnavailable(said.message)
      : new Error(`${said.name}: ${said.message}`);
  }
}
