import {
  checkPeriod,
  type Envelope,
  envelopeAt,
  labelsAt,
  qualityAt,
  type WorkloadNames,
  workloadAt,
} from './envelope.ts';
import {
  type Fields,
  listAt,
  maybeTextAt,
  numberAt,
  objectAt,
  path,
  reject,
  rejection,
  textAt,
  wordAt,
} from './fields.ts';

/**
 * The telemetry envelope: one record per host, domain and interval, written by the agent as JSON lines (`.jsonl`,
 * `.jsonl.gz`) and read by the source `agent`. Σ shares + idle + unattributed = energy, exactly, in microjoules.
 *
 * Delivery is at least once, by whole files: a resend repeats the same bytes, and a range of `seq` is never dealt to files
 * otherwise than the first time. So a file that comes twice has one fingerprint and lands once, a record that stands twice in
 * one file counts once, and no record should stand in two files; where time is told twice all the same, it counts once
 * (`lib/ledger/repeated.sql`).
 */
export interface TelemetryRecord extends Envelope {
  readonly schema: 'joulebook.telemetry/1';
  readonly component: Component;
  /** The counter or device within the component: `package-0`, `GPU-5f…`. */
  readonly domain: string;
  /** How the energy was read: `rapl`, `nvml-counter`, `nvml-power`, `cpu-utilisation-model`, … */
  readonly method: string;
  readonly basis: 'measured' | 'modelled';
  /** Decimal text in joules with at most six places; null when it is unknown, and then `gap_reason` says why. */
  readonly energy_joules: string | null;
  readonly gap_reason: string | null;
  /** 95 % half-width as a ratio. */
  readonly u95_ratio: number;
  /** Remarks on quality, for instance `counter-wrapped`, `clock-stepped`. */
  readonly quality: readonly string[];
  readonly shares: readonly WorkloadShare[];
  readonly idle_joules: string | null;
  readonly unattributed_joules: string | null;
}

/** What one workload used of the energy of a record. */
export interface WorkloadShare extends WorkloadNames {
  /** What the workload was known by on the host (pod, namespace, job, unit, …), for the workload rules. */
  readonly labels: Readonly<Record<string, string>>;
  readonly energy_joules: string;
}

const TELEMETRY_SCHEMA = 'joulebook.telemetry/1';
/** The parts of a host that draw energy. */
export const COMPONENTS = ['gpu', 'cpu', 'memory', 'storage', 'network', 'other'] as const;
/** Which part of a host a counter or device belongs to. */
export type Component = (typeof COMPONENTS)[number];

const BASES: readonly TelemetryRecord['basis'][] = ['measured', 'modelled'];

const JOULES = /^\d{1,12}(\.\d{1,6})?$/;
const DECIMAL_PLACES = 6;
/** Wider than ten times a figure no interval says anything of it. */
const WIDEST_RATIO = 10;
const JOULES_EXPECTED = 'decimal joules of at least 0 with at most six places, as text';

/**
 * Reads one telemetry record from parsed JSON. Throws `RejectedPayload` with the first field that is wrong, what was found
 * there and what was expected; a record that comes back is complete and balanced.
 */
export function parseRecord(value: unknown): TelemetryRecord {
  const fields = objectAt(value, 'the record');
  const record: TelemetryRecord = {
    schema: wordAt(fields, 'schema', [TELEMETRY_SCHEMA]),
    ...envelopeAt(fields),
    component: wordAt(fields, 'component', COMPONENTS),
    domain: textAt(fields, 'domain'),
    method: textAt(fields, 'method'),
    basis: wordAt(fields, 'basis', BASES),
    energy_joules: maybeJoulesAt(fields, 'energy_joules'),
    gap_reason: maybeTextAt(fields, 'gap_reason'),
    u95_ratio: numberAt(fields, 'u95_ratio', (ratio) => ratio <= WIDEST_RATIO, `a ratio of 0 to ${WIDEST_RATIO}`),
    quality: qualityAt(fields),
    shares: listAt(fields, 'shares').map((share, index) => parseShare(share, `shares[${index}]`)),
    idle_joules: maybeJoulesAt(fields, 'idle_joules'),
    unattributed_joules: maybeJoulesAt(fields, 'unattributed_joules'),
  };
  checkPeriod(record);
  checkBalance(record);
  return record;
}

/** Decimal joules as whole microjoules: the unit in which shares add up. */
export function microjoulesOf(joules: string): bigint {
  const [whole = '0', places = ''] = joules.split('.');
  return BigInt(whole + places.padEnd(DECIMAL_PLACES, '0'));
}

function parseShare(value: unknown, at: string): WorkloadShare {
  const fields = objectAt(value, at);
  return {
    ...workloadAt(fields, at),
    labels: labelsAt(fields, at),
    energy_joules: maybeJoulesAt(fields, 'energy_joules', at) ?? reject(`${at}.energy_joules`, null, JOULES_EXPECTED),
  };
}

function checkBalance(record: TelemetryRecord): void {
  const {
    energy_joules: energy,
    gap_reason: reason,
    idle_joules: idle,
    unattributed_joules: unattributed,
    shares,
  } = record;
  if (energy === null) {
    checkGap(record);
    return;
  }
  if (reason !== null) reject('gap_reason', reason, 'null beside an energy');
  if (idle === null) throw rejection('idle_joules', null, 'joules, since the energy is known');
  if (unattributed === null) throw rejection('unattributed_joules', null, 'joules, since the energy is known');
  const parts = [...shares.map((share) => share.energy_joules), idle, unattributed].map(microjoulesOf);
  const sum = parts.reduce((total, part) => total + part, 0n);
  if (sum === microjoulesOf(energy)) return;
  reject('shares', `shares that add up to ${sum} microjoules`, `${microjoulesOf(energy)}, the energy of the record`);
}

function checkGap({ gap_reason, idle_joules, unattributed_joules, shares }: TelemetryRecord): void {
  if (gap_reason === null) reject('gap_reason', null, 'a reason, since the energy is unknown');
  if (shares.length > 0) reject('shares', shares.length, 'no share of an unknown energy');
  if (idle_joules !== null) reject('idle_joules', idle_joules, 'null, since the energy is unknown');
  if (unattributed_joules !== null)
    reject('unattributed_joules', unattributed_joules, 'null, since the energy is unknown');
}

function maybeJoulesAt(fields: Fields, name: string, at?: string): string | null {
  const value = fields[name];
  if (value === null) return null;
  return typeof value === 'string' && JOULES.test(value) ? value : reject(path(name, at), value, JOULES_EXPECTED);
}
