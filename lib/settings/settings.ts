import { z } from 'zod';

import { FRAMEWORKS } from '../disclosure/frameworks.ts';
import { WORKLOAD_TYPES } from '../facts/columns.ts';
import { SOURCES } from '../sources/catalogue.ts';
import { PROVIDERS } from '../sources/live-catalogue.ts';
import { alarmSettings, distributeSettings } from './alarm-settings.ts';
import { liveSetting } from './live-setting.ts';

const KINDS = SOURCES.map(({ kind }) => kind) as [string, ...string[]];
const FRAMEWORK_IDS = FRAMEWORKS.map(({ id }) => id) as [string, ...string[]];
const CONTROLS = ['own', 'colo', 'cloud'] as const;
const ratio = z.number().min(0).max(1);
const date = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}$/, 'expected a date such as 2026-01-01')
  .refine(isInTheCalendar, 'expected a date that the calendar has');
const name = z.string().min(1);
const zone = z.string().overwrite(zoneKey).min(1);

const source = z
  .strictObject({
    id: z
      .string()
      .regex(/^[a-z0-9][a-z0-9-]*$/, 'expected lower-case letters, digits and hyphens')
      .refine((id) => id !== 'settings', 'expected another id: the settings themselves land as "settings"'),
    kind: z.enum(KINDS),
    path: name
      .optional()
      .describe('Folder, file or s3://bucket/prefix; a relative path starts at the settings file. Or `live`'),
    live: liveSetting.optional(),
    zone: zone.optional().describe('Grid zone of the values, where the file does not name it'),
    factor_kind: z.enum(['direct', 'lifecycle', 'residual', 'marginal']).optional(),
    columns: z.record(name, name).optional().describe('Header of the file by contract column'),
    unit: z
      .enum(['gco2e_per_kwh', 'kgco2e_per_mwh', 'kgco2e_per_kwh', 'lb_per_mwh'])
      .optional()
      .describe('Unit of a grid series that names none'),
    region: name.optional().describe('Region of the rows, where the file does not name it'),
    fills_in_for: name
      .optional()
      .describe(
        'Id of the one source whose missing days this one fills; otherwise every bill of a kind that it can fill in for',
      ),
  })
  .superRefine(({ kind, path, live }, context) => {
    const refuse = (at: string[], message: string) => context.addIssue({ code: 'custom', path: at, message });
    if (path === undefined && !live) refuse(['path'], 'expected a path, or `live` with a provider');
    if (path !== undefined && live) refuse(['path'], 'expected no path beside `live`');
    const asked = PROVIDERS.find(({ id }) => id === live?.provider);
    if (asked && asked.kind !== kind) refuse(['kind'], `expected ${asked.kind}, which ${asked.id} answers`);
  });

const site = z.strictObject({
  id: name,
  control: z.enum(CONTROLS),
  grid_zone: zone,
  pue: z
    .array(z.strictObject({ from: date, value: z.number().min(1).max(5) }))
    .min(1)
    .superRefine(differ('from', ({ from }) => from))
    .describe('Power usage effectiveness from a date on'),
  hosts: z.array(name).default([]).describe('Host or resource ids that stand there; * for any text'),
  retired: z
    .array(z.strictObject({ host: name, from: date }))
    .optional()
    .describe(
      'Hosts that no bill tells of and that were taken down: from that day on none is expected longer than it tells of itself',
    ),
});

const workloadNames = z.strictObject({
  project: name.optional(),
  model_id: name.optional(),
  workload_type: z.union([z.enum(WORKLOAD_TYPES), z.templateLiteral(['tag:', z.string().min(1)])]).optional(),
  workload_id: name.optional(),
});

const workloadMatch = z.strictObject({
  tag: z.record(name, name).optional(),
  label: z.record(name, name).optional(),
  pod: name.optional(),
  namespace: name.optional(),
  job: name.optional(),
  resource: name.optional(),
  account: name.optional(),
  service: name.optional(),
});

const instrument = z.strictObject({
  id: name,
  kind: z.enum(['certificate', 'ppa', 'supplier']),
  grid_zone: zone,
  mwh: z.number().positive(),
  gco2e_per_kwh: z.number().min(0),
  vintage: z
    .string()
    .regex(/^\d{4}(-(0[1-9]|1[0-2]))?$/, 'expected a month such as 2026-06 or a quoted year such as "2026"'),
  retired_at: date.optional(),
});

/** JavaScript reads 30 February as 2 March: a date of the calendar comes back as it was written. */
function isInTheCalendar(date: string): boolean {
  const instant = new Date(`${date}T00:00:00Z`);
  return !Number.isNaN(instant.getTime()) && instant.toISOString().startsWith(date);
}

/** Entries that are told apart by `key`: the second of two alike is refused. */
function differ<Entry>(key: string, wordOf: (entry: Entry) => string) {
  return (entries: readonly Entry[], context: z.RefinementCtx): void => {
    const values = entries.map(wordOf);
    values.forEach((value, index) => {
      if (values.indexOf(value) !== index)
        context.addIssue({ code: 'custom', path: [index, key], message: `expected a new ${key}, "${value}" is taken` });
    });
  };
}

/** A host stands on one site: the same pattern below two would leave it to chance which. */
function hostsOfTwoSites(sites: readonly z.infer<typeof site>[], context: z.RefinementCtx): void {
  const siteOf = new Map<string, string>();
  sites.forEach(({ id, hosts }, index) => {
    hosts.forEach((host, place) => {
      const other = siteOf.get(host);
      if (other !== undefined && other !== id)
        context.addIssue({
          code: 'custom',
          path: [index, 'hosts', place],
          message: `expected hosts of one site, ${other} has them`,
        });
      siteOf.set(host, other ?? id);
    });
  });
}

/** The settings file, whole. Secrets never stand in it: they are named references. */
export const settingsSchema = z.strictObject({
  organisation: z.strictObject({
    name,
    consolidation: z.enum(['operational_control', 'financial_control', 'equity_share']),
    synthetic: z.boolean().default(false).describe('A made-up company: every page says so'),
    responsible: z.strictObject({ name, role: name }).optional(),
  }),
  book: name.default('./book').describe('Folder or s3://bucket/prefix'),
  currency: z.string().regex(/^[A-Z]{3}$/, 'expected an ISO 4217 code such as USD'),
  sources: z
    .array(source)
    .min(1)
    .superRefine((sources, context) => {
      const ids = sources.map(({ id }) => id);
      sources.forEach(({ id, fills_in_for: other = id }, index) => {
        if (!ids.includes(other))
          context.addIssue({ code: 'custom', path: [index, 'fills_in_for'], message: 'expected the id of a source' });
      });
    })
    .superRefine(differ('id', ({ id }) => id)),
  sites: z
    .array(site)
    .superRefine(differ('id', ({ id }) => id))
    .superRefine(hostsOfTwoSites)
    .default([]),
  workloads: z.array(z.strictObject({ match: workloadMatch, set: workloadNames })).default([]),
  idle: z.enum(['node', 'proportional', 'owner']).default('node'),
  energy_model: z
    .strictObject({
      utilisation: z
        .strictObject({ cpu: ratio.default(0.5), gpu: ratio.default(0.5) })
        .prefault({})
        .describe('Assumed mean utilisation of billed instances that no agent watches'),
      utilisation_u95: ratio
        .default(0.3)
        .describe('95 % half-width of the assumed utilisation, in points of utilisation'),
    })
    .prefault({}),
  grid: z
    .strictObject({ factor_kind: z.enum(['direct', 'lifecycle']).default('direct') })
    .prefault({})
    .describe('Which average factor the location-based inventory uses'),
  instruments: z
    .array(instrument)
    .superRefine(differ('id', ({ id }) => id))
    .default([]),
  disclosure: z
    .strictObject({
      languages: z
        .array(z.enum(['en']))
        .min(1)
        .default(['en']),
      frameworks: z.array(z.enum(FRAMEWORK_IDS)).default([]),
      targets: z.array(z.record(z.string(), z.unknown())).default([]),
    })
    .prefault({}),
  limits: z
    .strictObject({
      max_file_gib: z.number().positive().default(50).describe('Largest file, and largest unpacked size, that is read'),
    })
    .prefault({}),
  alarms: alarmSettings,
  distribute: distributeSettings,
});

/** The settings as they were read: complete, with every default. */
export type Settings = z.infer<typeof settingsSchema>;
/** One source of the settings. */
export type SourceSetting = Settings['sources'][number];

/** Settings that cannot be used: one line for each fault, with its path, its value and what is allowed. Exit code 2. */
export class InvalidSettings extends Error {
  override readonly name = 'InvalidSettings';
}

/** Checks settings as parsed from YAML. Throws `InvalidSettings` naming every fault at once; zones after the others. */
export function readSettings(parsed: unknown, file: string): Settings {
  const settings = readSettingsAsKept(parsed, file);
  const faults = misspeltZones(settings);
  if (faults.length > 0) throw invalid(file, faults);
  return settings;
}

/**
 * Settings that a month was closed with, also where `readSettings` has come to refuse how something is spelt: what was published
 * with them is still to be recomputed. Throws `InvalidSettings`.
 */
export function readSettingsAsKept(parsed: unknown, file: string): Settings {
  const result = settingsSchema.safeParse(parsed);
  if (result.success) return result.data;
  throw invalid(
    file,
    result.error.issues.map((issue) => faultText(issue, parsed)),
  );
}

function invalid(file: string, faults: readonly string[]): InvalidSettings {
  return new InvalidSettings(`Cannot read the settings ${file}:\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
}

/** A zone as it is compared and shown, like `zone_key` in macros.sql: `de` is DE. Letters beyond a to z stay as they are. */
function zoneKey(text: string): string {
  return text.trim().replace(/[a-z]/g, (letter) => letter.toUpperCase());
}

/** No zone is called UK: a site there would take no hour and no yearly mean. */
function misspeltZones({ sources, sites, instruments }: Settings): string[] {
  const zones = [
    ...sources.map(({ zone }, index) => ({ at: `sources[${index}].zone`, zone })),
    ...sites.map(({ grid_zone }, index) => ({ at: `sites[${index}].grid_zone`, zone: grid_zone })),
    ...instruments.map(({ grid_zone }, index) => ({ at: `instruments[${index}].grid_zone`, zone: grid_zone })),
  ];
  return zones.flatMap(({ at, zone }) =>
    zone !== 'UK'
      ? []
      : [
          `${at}: expected the key of a zone as Electricity Maps writes it, GB for the United Kingdom, got ${quoted(zone)}`,
        ],
  );
}

function faultText(issue: z.core.$ZodIssue, parsed: unknown): string {
  const path = issue.path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('')
    .replace(/^\./, '');
  const value = issue.path.reduce<unknown>(
    (at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key],
    parsed,
  );
  const isHidden = value !== undefined && issue.path.some((part) => UNREPEATED.test(String(part)));
  const got = isHidden ? 'what is not repeated here' : quoted(value);
  return `${path || 'the file'}: ${expectation(issue)}, got ${got}`;
}

/** Keys whose values are not repeated: someone may have written the secret itself. */
const UNREPEATED = /secret|token|password/i;

/** A value as it stands in the file, short. */
function quoted(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value, (name, part) => (UNREPEATED.test(name) ? '…' : part));
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

function expectation(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_value') return `expected one of ${issue.values.map(String).join(', ')}`;
  if (issue.code === 'unrecognized_keys') return `does not know ${issue.keys.map((key) => `"${key}"`).join(', ')}`;
  return issue.message.replace(/^Invalid input: /, '').replace(/, received .*$/, '');
}
