import { parseArgs } from 'node:util';

import { InvalidOptions } from '../options.ts';
import type { RunRequest } from './windows.ts';

/** `joulebook-agent run [options] -- command`: what to run, and how the run is named. */
export interface RunOptions {
  readonly command: readonly [string, ...string[]];
  readonly request: RunRequest;
  /** The agent's settings file: it says where the agent listens. */
  readonly config: string | undefined;
  readonly root: string;
  /** Where the record of the run goes, besides the agent's spool: a JSON line is appended. */
  readonly record: string | undefined;
  /** A JSON file that the job writes with what it reached: `{"target_metric": "loss", "target_value": 1.9}`. */
  readonly result: string | undefined;
}

const USAGE =
  'joulebook-agent run [--id ID] [--solution ID] [--project P] [--model M] [--type TYPE] [--record FILE] -- command';
const TEXT = { type: 'string' } as const;

/** Reads what was typed behind `run`; `freshId` names a run that bears no name. Throws `InvalidOptions`. */
export function readRunOptions(typed: readonly string[], freshId: () => string): RunOptions {
  const end = typed.indexOf('--');
  const [command, ...words] = end < 0 ? [] : typed.slice(end + 1);
  if (command === undefined) throw new InvalidOptions(`Cannot run: expected a command behind --, as in ${USAGE}`);
  const values = parseTyped(typed.slice(0, end));
  const run_id = values.id ?? freshId();
  return {
    command: [command, ...words],
    request: {
      run_id,
      solution_id: values.solution,
      names: {
        project: values.project ?? null,
        model_id: values.model ?? null,
        workload_type: values.type ?? null,
        workload_id: run_id,
      },
    },
    config: values.config,
    root: values.root ?? '/',
    record: values.record,
    result: values.result,
  };
}

/** `run-20260610T140000Z-4f2a`: the time, and four digits that tell runs of one second apart. */
export function runIdAt(moment: Date, digits: string): string {
  return `run-${moment.toISOString().replace(/[-:]|\.\d+/g, '')}-${digits}`;
}

function parseTyped(args: readonly string[]) {
  try {
    const options = {
      id: TEXT,
      solution: TEXT,
      project: TEXT,
      model: TEXT,
      type: TEXT,
      config: TEXT,
      root: TEXT,
      record: TEXT,
      result: TEXT,
    };
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new InvalidOptions(`Cannot read the options: ${error instanceof Error ? error.message : error}; ${USAGE}`);
  }
}
