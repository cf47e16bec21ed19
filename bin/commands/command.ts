import type { ParseArgsOptionsConfig } from 'node:util';

import { secondsIso } from '../../lib/units/period.ts';

/** What a command needs of the place where it is typed. Results go to `print`, progress and complaints to `tell`; neither steers a terminal. */
export interface Terminal {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly isInteractive: boolean;
  print(line: string): void;
  tell(text: string): void;
  /** Takes back the line that a bar of progress stands on; nothing where no terminal is. */
  clearLine(): void;
}

/** 0 done, 1 the answer is no, 2 cannot. */
export type Answer = 0 | 1 | 2;

export interface Arguments {
  readonly values: Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>;
  readonly positionals: readonly string[];
}

export interface Command {
  readonly name: string;
  /** Arguments as the usage shows them. */
  readonly synopsis: string;
  readonly summary: string;
  /** Lines of its own help below the summary: what the arguments mean. */
  readonly details?: readonly string[];
  /** Whether something beside the options may be typed. */
  readonly takesArgument?: boolean;
  readonly options: ParseArgsOptionsConfig;
  run(typed: Arguments, terminal: Terminal): Promise<Answer>;
}

/** The command was understood and cannot be answered: said in one line, exit code 2. */
export class CannotAnswer extends Error {
  override readonly name = 'CannotAnswer';
}

/** An option's text, or the default; throws `CannotAnswer` where neither is there. */
export function textOption({ values }: Arguments, name: string, fallback?: string): string {
  const value = values[name];
  if (typeof value === 'string') return value;
  if (fallback !== undefined) return fallback;
  throw new CannotAnswer(`Cannot go on without --${name}`);
}

/** Options that only mean something in a deployed stack: whoever types one does not mean this machine. */
const IN_AWS_ALONE = ['stack', 'redrive'] as const;

/** Whether `--in aws` was typed. Throws `CannotAnswer` for any other place, and for its options without it. */
export function isInAws({ values }: Arguments): boolean {
  const place = values['in'];
  if (place === 'aws') return true;
  const foreign = IN_AWS_ALONE.find((name) => values[name] !== undefined);
  if (place === undefined && foreign)
    throw new CannotAnswer(`Cannot take --${foreign} here: expected --in aws beside it`);
  if (place === undefined) return false;
  throw new CannotAnswer(`Cannot read --in: expected aws, got "${place}"`);
}

/** The name of the deployed stack. */
export function stackTyped(typed: Arguments): string {
  return textOption(typed, 'stack', 'Joulebook');
}

/** The one argument beside the options; throws `CannotAnswer` where there is none or more. */
export function onlyArgument({ positionals }: Arguments, name: string): string {
  const [first, ...more] = positionals;
  if (first === undefined || more.length > 0) {
    throw new CannotAnswer(
      `Cannot go on: expected ${name}, got ${first === undefined ? 'nothing' : positionals.join(' ')}`,
    );
  }
  return first;
}

/** An option's whole number of at least 1; undefined where it was not typed. */
export function wholeOption({ values }: Arguments, name: string): number | undefined {
  const typed = values[name];
  if (typed === undefined) return undefined;
  if (typeof typed === 'string' && /^[1-9]\d*$/.test(typed)) return Number(typed);
  throw new CannotAnswer(`Cannot read --${name}: expected a whole number of at least 1, got "${typed}"`);
}

/** A day, or an instant that says its zone: a time without one would mean another moment on another machine. */
const INSTANT = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2}))?$/;

/** An option's instant as `2026-07-22T06:00:00Z`; `fallback` where it was not typed. */
export function timeOption({ values }: Arguments, name: string, fallback: Date): string {
  const typed = values[name];
  const instant = typeof typed === 'string' ? new Date(INSTANT.test(typed) ? typed : Number.NaN) : fallback;
  if (!Number.isNaN(instant.getTime())) return secondsIso(instant);
  throw new CannotAnswer(`Cannot read --${name}: expected a time such as 2026-07-22T06:00:00Z, got "${typed}"`);
}
