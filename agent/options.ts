import { parseArgs } from 'node:util';
import { parse } from 'yaml';
import { messageOf } from '../lib/landing/message.ts';

import { type AgentSettings, agentSettingsSchema } from './settings.ts';

/** How the agent runs: what was typed, over what its settings file says, over the defaults. */
export interface AgentOptions {
  /** Folder that holds `sys` and `proc`; `/` on a host. */
  readonly root: string;
  /** Two looks and one interval on the standard output, then the end: nothing is kept, nothing listens. */
  readonly isOnce: boolean;
  /** How much time one record spans. */
  readonly intervalMs: number;
  /** How often the host is looked at. */
  readonly sampleMs: number;
  readonly settings: AgentSettings;
}

/** Options that cannot be used: one line, exit code 2. */
export class InvalidOptions extends Error {
  override readonly name = 'InvalidOptions';
}

/** A person who types `--once` waits for it; the book needs no more than a record a minute. */
const DEFAULT_INTERVAL = { once: '10s', always: '60s' };
const DEFAULT_SAMPLE = '1s';
const MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000 };
/** Faster than a second the counters' own noise is what one reads; slower than ten, power that comes in samples is no energy any more (power-integral.ts). */
const SAMPLE_MS = { least: 1000, most: 10_000 };
/** No record may span more than an hour; intervals end at whole multiples of their length, so that hours are not cut. */
const INTERVAL_MS = { least: 1000, most: 900_000 };

/** Reads what was typed; `readText` fetches the settings file where one is named. Throws `InvalidOptions`. */
export async function readOptions(
  typed: readonly string[],
  readText: (path: string) => Promise<string>,
): Promise<AgentOptions> {
  const { values } = parseTyped(typed);
  const settings = await readSettings(values.config, readText);
  const isOnce = values.once ?? false;
  const interval = values.interval ?? settings.interval ?? DEFAULT_INTERVAL[isOnce ? 'once' : 'always'];
  const intervalMs = parseLength('interval', interval, INTERVAL_MS);
  const sampleMs = parseLength('sample', settings.sample ?? DEFAULT_SAMPLE, SAMPLE_MS);
  return { root: values.root ?? '/', isOnce, intervalMs, sampleMs: Math.min(sampleMs, intervalMs), settings };
}

function parseTyped(typed: readonly string[]) {
  try {
    return parseArgs({
      args: [...typed],
      options: {
        config: { type: 'string' },
        root: { type: 'string' },
        once: { type: 'boolean' },
        interval: { type: 'string' },
      },
    });
  } catch (error) {
    throw new InvalidOptions(`Cannot read the options: ${messageOf(error)}`);
  }
}

/** Reads the settings file; the defaults where none is named. Throws `InvalidOptions`. */
export async function readSettings(
  path: string | undefined,
  readText: (path: string) => Promise<string>,
): Promise<AgentSettings> {
  return path === undefined ? agentSettingsSchema.parse({}) : readConfig(await textOf(path, readText), path);
}

async function textOf(path: string, readText: (path: string) => Promise<string>): Promise<string> {
  return readText(path).catch((error: unknown) => {
    throw new InvalidOptions(`Cannot read the settings ${path}: expected a readable YAML file, got ${foundOf(error)}`);
  });
}

const FOUND: Readonly<Record<string, string>> = {
  EACCES: 'no permission',
  EISDIR: 'a folder',
  ENOENT: 'nothing there',
  ENOTDIR: 'a file on the way',
};

function foundOf(error: unknown): string {
  const { code = '' } = error as NodeJS.ErrnoException;
  return FOUND[code] ?? messageOf(error);
}

function readConfig(text: string, path: string): AgentSettings {
  const result = agentSettingsSchema.safeParse(yamlIn(text, path) ?? {});
  if (result.success) return result.data;
  const faults = result.error.issues.map((issue) => `${issue.path.join('.') || 'the file'}: ${issue.message}`);
  throw new InvalidOptions(`Cannot read the settings ${path}: ${faults.join('; ')}`);
}

function yamlIn(text: string, path: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    throw new InvalidOptions(`Cannot read the settings ${path}: expected YAML, got ${messageOf(error).split('\n')[0]}`);
  }
}

function parseLength(what: string, text: string, { least, most }: typeof INTERVAL_MS): number {
  const [, count, unit = ''] = /^(\d+(?:\.\d+)?)(ms|s|m)$/.exec(text) ?? [];
  const length = Number(count) * (MS[unit] ?? Number.NaN);
  if (length >= least && length <= most) return length;
  const range = `${least / 1000}s to ${most / 1000}s`;
  throw new InvalidOptions(`Cannot read the ${what}: expected ${range}, such as 10s, got "${text}"`);
}
