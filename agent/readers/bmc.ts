import { readFile } from 'node:fs/promises';
import { messageOf } from '../../lib/landing/message.ts';

import type { WallReading } from '../look.ts';
import type { BmcSettings } from '../sensor-settings.ts';
import { chassisIn, maybeWatts, placeIn } from './redfish.ts';
import { readAnswer } from './small-answer.ts';

/** A reading that is older says nothing of now. */
const OLDEST_MS = 60_000;
const MS_PER_SECOND = 1000;
const MOST_BYTES = 1024 * 1024;
const CHASSIS = '/redfish/v1/Chassis';
/** Newer controllers first: `Power` is deprecated since 2020.4 (DSP0268). */
const RESOURCES = ['EnvironmentMetrics', 'Power'] as const;
const METHOD = 'redfish';

/** The power of the whole host at its wall, asked for beside the ticks. */
export interface Wall {
  /** The last reading; `undefined` before the first and where the last is older than a minute. Never waits. */
  read(): WallReading | undefined;
  /** Why the last question had no answer, as a sentence; `undefined` where it had one. */
  fault(): string | undefined;
  close(): void;
}

export interface WallOptions {
  readonly settings: BmcSettings;
  /** Where a password is named by a variable, it is looked up here. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Asks a baseboard management controller by Redfish for as long as it is open. Faults are kept for `fault`, and it asks again. */
export function openWall({ settings, environment }: WallOptions): Wall {
  const bmc = new Controller(settings, environment);
  let reading: { readonly powerWatts: number; readonly at: number } | undefined;
  let fault: string | undefined;
  let timer: NodeJS.Timeout | undefined;
  let isOpen = true;
  const ask = async () => {
    try {
      reading = { powerWatts: await bmc.watts(), at: performance.now() };
      fault = undefined;
    } catch (error) {
      fault = messageOf(error);
    }
    // The next question waits for the answer to this one: a slow controller is never asked twice at once.
    if (isOpen) timer = setTimeout(ask, settings.poll_seconds * MS_PER_SECOND).unref();
  };
  void ask();
  return {
    read() {
      const isFresh = reading !== undefined && performance.now() - reading.at <= OLDEST_MS;
      return isFresh && reading ? { method: METHOD, powerWatts: reading.powerWatts } : undefined;
    },
    fault: () => fault,
    close() {
      isOpen = false;
      clearTimeout(timer);
    },
  };
}

/** A chassis that tells a power. */
interface Metered {
  readonly link: string;
  readonly resource: string;
  readonly watts: number;
  readonly containedBy: string | undefined;
}

/** Of chassis within one another the outermost: boards and modules of a host tell a power of their own. */
function ownOf(found: readonly Metered[]): readonly Metered[] {
  return found.filter(({ containedBy }) => found.every(({ link }) => link !== containedBy));
}

function severalOf(chassis: readonly Metered[]): string {
  const resources = chassis.map(({ resource }) => resource).join(', ');
  return `expected one chassis that tells a power, got several; name the one of this host in bmc.url: ${resources}`;
}

function noneOf(links: readonly string[]): string {
  return `expected a chassis of this host with EnvironmentMetrics or Power, got ${links.length === 0 ? 'no chassis' : links.join(', ')}`;
}

/** One controller, and the resource that told its power last. */
class Controller {
  readonly #settings: BmcSettings;
  readonly #environment: WallOptions['environment'];
  #resource: string | undefined;

  constructor(settings: BmcSettings, environment: WallOptions['environment']) {
    this.#settings = settings;
    this.#environment = environment;
    const { pathname } = new URL(settings.url);
    this.#resource = pathname === '/' ? undefined : pathname;
  }

  async watts(): Promise<number> {
    if (this.#resource !== undefined) return this.#wattsAt(this.#resource);
    const links = chassisIn(await this.#read(CHASSIS));
    const found: Metered[] = [];
    for (const link of links) found.push(...(await this.#metered(link)));
    const [own, ...others] = ownOf(found);
    if (own && others.length === 0) {
      this.#resource = own.resource;
      return own.watts;
    }
    throw new Error(
      `Cannot read the power of ${this.#settings.url}: ${own ? severalOf([own, ...others]) : noneOf(links)}`,
    );
  }

  /** A chassis with its power; none where it has none, or holds the hosts of others too. */
  async #metered(link: string): Promise<Metered[]> {
    for (const name of RESOURCES) {
      const resource = `${link}/${name}`;
      const watts = maybeWatts(await this.#read(resource).catch(() => ''));
      if (watts === undefined) continue;
      const { containedBy, systems } = placeIn(await this.#read(link).catch(() => ''));
      return systems > 1 ? [] : [{ link, resource, watts, containedBy }];
    }
    return [];
  }

  async #wattsAt(resource: string): Promise<number> {
    const watts = maybeWatts(await this.#read(resource));
    if (watts !== undefined) return watts;
    throw new Error(
      `Cannot read the power of ${this.#settings.url}: expected PowerWatts.Reading or PowerControl[].PowerConsumedWatts above 0 in ${resource}, got neither`,
    );
  }

  async #read(path: string): Promise<string> {
    const { url, timeout_seconds, insecure_tls } = this.#settings;
    return readAnswer({
      url: new URL(path, url),
      headers: { accept: 'application/json', ...(await this.#credentials()) },
      timeoutMs: timeout_seconds * MS_PER_SECOND,
      mostBytes: MOST_BYTES,
      isTlsInsecure: insecure_tls,
    });
  }

  /** Read anew each time: whoever changes the password need not start the agent again. */
  async #credentials(): Promise<Record<string, string>> {
    const { url, username, password_file, password_env } = this.#settings;
    if (username === undefined) return {};
    const secret = password_file === undefined ? this.#environment[password_env ?? ''] : await secretIn(password_file);
    if (!secret)
      throw new Error(
        `Cannot log in to ${url}: expected a password in ${password_file ?? `the variable ${password_env}`}, got nothing`,
      );
    return { authorization: `Basic ${Buffer.from(`${username}:${secret}`).toString('base64')}` };
  }
}

async function secretIn(path: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new Error(`Cannot log in to the controller: expected a password in ${path}, got ${error.code}`);
  });
  return text.trim();
}
