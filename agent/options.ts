import { parseArgs } from 'node:util';

import { parse } from 'yaml';
import { z } from 'zod';

/** How the agent runs: what was typed, over what its settings file says, over the defaults. */
export interface AgentOptions {
  /** Folder that holds `sys` and `proc`; `/` on a host. */
  readonly root: string;
  /** One interval, then the end. */
  readonly isOnce: boolean;
  readonly intervalMs: number;
  readonly hostId?: string | undefined;
  readonly resourceId?: string | undefined;
}

/** Options that cannot be used: one line, exit code 2. */
export class InvalidOptions extends Error {
  override readonly name = 'InvalidOptions';
}

const DEFAULT_INTERVAL = '10s';
const MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000 };
/** Faster than a second the counters' own noise is what one reads; slower than a minute one of them could wrap twice. */
const INTERVAL_MS = { least: 1000, most: 60_000 };

const configSchema = z.strictObject({
  host_id: z.string().min(1).optional(),
  resource_id: z.string().min(1).optional(),
  interval: z.string().optional(),
});
type Config = z.infer<typeof configSchema>;

/** Reads what was typed; `readText` fetches the settings file where one is named. Throws `InvalidOptions`. */
export async function readOptions(
  typed: readonly string[],
  readText: (path: string) => Promise<string>,
): Promise<AgentOptions> {
  const { values } = parseTyped(typed);
  const config = values.config === undefined ? {} : readConfig(await textOf(values.config, readText), values.config);
  return {
    root: values.root ?? '/',
    isOnce: values.once ?? false,
    intervalMs: parseInterval(values.interval ?? config.interval ?? DEFAULT_INTERVAL),
    hostId: config.host_id,
    resourceId: config.resource_id,
  };
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

async function textOf(path: string, readText: (path: string) => Promise<string>): Promise<string> {
  return readText(path).catch((error: unknown) => {
    throw new InvalidOptions(
      `Cannot read the settings ${path}: expected a readable YAML file, got ${messageOf(error)}`,
    );
  });
}

function readConfig(text: string, path: string): Config {
  const result = configSchema.safeParse(yamlIn(text, path) ?? {});
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

function parseInterval(text: string): number {
  const [, count, unit = ''] = /^(\d+(?:\.\d+)?)(ms|s|m)$/.exec(text) ?? [];
  const interval = Number(count) * (MS[unit] ?? Number.NaN);
  if (interval >= INTERVAL_MS.least && interval <= INTERVAL_MS.most) return interval;
  throw new InvalidOptions(`Cannot read the interval: expected 1s to 60s, such as ${DEFAULT_INTERVAL}, got "${text}"`);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
