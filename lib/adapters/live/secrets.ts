import { createReadStream } from 'node:fs';
import { text } from 'node:stream/consumers';
import { messageOf } from '../../landing/message.ts';
import { SourceUnavailable } from '../../landing/origin.ts';
import { codeOf } from '../system-error.ts';
import { tracedClient } from '../traces.ts';
import { nameOf } from './fetch-error.ts';

/** A secret by its name in the settings; exactly one key is there. */
export interface SecretReference {
  /** An environment variable. */
  readonly env?: string | undefined;
  /** A file that holds nothing else. */
  readonly file?: string | undefined;
  /** A secret's name or ARN in AWS Secrets Manager; `name#key` takes one key of a JSON secret. */
  readonly secrets_manager?: string | undefined;
}

/** A secret that is named and read late. Its value stands in no error, log, receipt or setting. */
export interface Secret {
  /** For people: `the environment variable WATTTIME_LOGIN`. */
  readonly name: string;
  /** The value, read anew each time since it may have been rotated. Throws `SourceUnavailable` naming the secret. */
  read(): Promise<string>;
}

/** Where secrets are looked for. */
export interface SecretPlaces {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Reads a secret of AWS Secrets Manager; for tests. */
  readonly fromSecretsManager?: (id: string) => Promise<string | undefined>;
}

/** Finds where a secret stands; reads nothing yet. */
export function openSecret({ env, file, secrets_manager: managed }: SecretReference, places: SecretPlaces): Secret {
  if (env !== undefined) return named(`the environment variable ${env}`, async () => places.environment[env]);
  if (file !== undefined) return named(`the file ${file}`, () => textIn(file));
  const id = managed ?? '';
  const fetch = places.fromSecretsManager ?? readFromSecretsManager;
  return named(`the secret ${id} of Secrets Manager`, () => readKey(id, fetch));
}

function named(name: string, read: () => Promise<string | undefined>): Secret {
  return {
    name,
    read: async () => {
      const value = (await read().catch((error: unknown) => refuse(name, error)))?.trim();
      if (!value) throw new SourceUnavailable(`Cannot read ${name}: expected a secret, got nothing`);
      return value;
    },
  };
}

/** As much as Secrets Manager holds (API reference, GetSecretValue). A device or a pipe may have no end, so it is read no further. */
const MOST_BYTES = 65_536;

async function textIn(file: string): Promise<string> {
  const found = await text(createReadStream(file, { end: MOST_BYTES }));
  if (Buffer.byteLength(found) > MOST_BYTES) throw new TooLarge();
  return found;
}

class TooLarge extends Error {}

/** The message of a failed reading may quote what was read: the code alone is told. */
function refuse(name: string, error: unknown): never {
  throw new SourceUnavailable(`Cannot read ${name}: expected a secret, got ${wordOf(error)}`);
}

function wordOf(error: unknown): string {
  if (error instanceof TooLarge) return `more than ${MOST_BYTES / 1024} KiB`;
  if (nameOf(error) === 'SyntaxError') return 'text that is no JSON';
  const code = codeOf(error);
  return code === messageOf(error) ? nameOf(error) : code;
}

/** `watttime#login` is the key `login` of the JSON text that the secret `watttime` holds. */
async function readKey(id: string, fetch: (id: string) => Promise<string | undefined>): Promise<string | undefined> {
  const [secretId = '', key] = id.split('#');
  const text = await fetch(secretId);
  if (key === undefined || text === undefined) return text;
  const value: unknown = JSON.parse(text)[key];
  return typeof value === 'string' ? value : undefined;
}

async function readFromSecretsManager(id: string): Promise<string | undefined> {
  const { GetSecretValueCommand, SecretsManagerClient } = await import('@aws-sdk/client-secrets-manager');
  const client = tracedClient(new SecretsManagerClient({}));
  try {
    return (await client.send(new GetSecretValueCommand({ SecretId: id }))).SecretString;
  } finally {
    client.destroy();
  }
}
