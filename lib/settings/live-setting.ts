import { z } from 'zod';
import type { LiveProvider } from '../sources/live.ts';
import { PROVIDERS } from '../sources/live-catalogue.ts';

const IDS = PROVIDERS.map(({ id }) => id) as [string, ...string[]];
const CALLS_A_MONTH = 200;
const name = z.string().min(1);

const secret = z
  .strictObject({
    env: z
      .string()
      .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'expected the name of an environment variable, never the secret itself')
      .optional()
      .describe('Name of an environment variable that holds the secret'),
    file: name
      .optional()
      .describe('File that holds the secret and nothing else; a relative path starts at the settings file'),
    secrets_manager: name
      .optional()
      .describe('Name or ARN of a secret in AWS Secrets Manager; `name#key` takes one key of a JSON secret'),
  })
  .refine((places) => Object.values(places).filter((place) => place !== undefined).length === 1, {
    error: 'expected exactly one of env, file, secrets_manager',
  })
  .describe('Where the secret of the provider stands; the secret itself never stands in the settings');

/** A source that is asked over the network while the month is collected. */
export const liveSetting = z
  .strictObject({
    provider: z.enum(IDS).describe('Who is asked; each with its options in docs/providers.md'),
    secret: secret.optional(),
    options: z.record(name, name).default({}).describe('Options of the provider, by name'),
    max_calls: z
      .number()
      .int()
      .positive()
      .default(CALLS_A_MONTH)
      .describe('Most requests in a calendar month, repeated ones included, to a provider whose requests cost money'),
  })
  .superRefine((live, context) => {
    const provider = PROVIDERS.find(({ id }) => id === live.provider);
    if (!provider) return;
    for (const { path, message } of faultsOf(live, provider)) context.addIssue({ code: 'custom', path, message });
  })
  .describe('Asks a provider instead of reading files');

/** Which provider a source asks, with its options and secrets by reference. */
export type LiveSetting = z.infer<typeof liveSetting>;

interface Fault {
  readonly path: string[];
  readonly message: string;
}

/** What the catalogue says of the provider and the settings do not keep. */
function faultsOf(live: LiveSetting, provider: LiveProvider): Fault[] {
  const { id, needsSecret } = provider;
  const secretFault =
    needsSecret && !live.secret ? [{ path: ['secret'], message: `expected a secret, which ${id} asks for` }] : [];
  const together = provider.optionsFault?.(live.options);
  const optionsFault = together ? [{ path: ['options'], message: together }] : [];
  return [...secretFault, ...unknownOptions(live, provider), ...optionFaults(live, provider), ...optionsFault];
}

function unknownOptions({ options }: LiveSetting, { id, options: known }: LiveProvider): Fault[] {
  const names = Object.keys(known).join(', ') || 'none';
  const unknown = Object.keys(options).filter((option) => !(option in known));
  return unknown.map((option) => ({ path: ['options', option], message: `expected an option of ${id} (${names})` }));
}

function optionFaults({ options }: LiveSetting, { options: known }: LiveProvider): Fault[] {
  return Object.entries(known).flatMap(([option, { about, required, words }]) => {
    const path = ['options', option];
    const value = options[option];
    if (value === undefined) return required ? [{ path, message: `expected ${about}` }] : [];
    if (words && !words.includes(value)) return [{ path, message: `expected one of ${words.join(', ')}` }];
    return [];
  });
}
