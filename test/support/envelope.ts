import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import fc from 'fast-check';

import { RejectedPayload } from '../../lib/landing/origin.ts';
import { agent } from '../../lib/sources/agent/source.ts';
import { openSource, refusalOf, withFile } from './open-source.ts';

type Fields = Readonly<Record<string, unknown>>;

/** One way in which one field spoils a record, by the field that is named. */
export type Fault = readonly [field: string, change: Fields];

/** What the agent sends, in one of its envelopes. */
export interface Envelope {
  /** A record that is taken. */
  readonly record: Fields;
  readonly parse: (record: unknown) => unknown;
  readonly schema: 'telemetry' | 'activity';
  readonly table: 'fct_energy' | 'fct_activity';
  /** The column that adds up. */
  readonly quantity: 'energy_joules' | 'quantity';
}

/** What spoils a record of any envelope: who sent it, and of which time. */
export const ENVELOPE_FAULTS: readonly Fault[] = [
  ['host_id', { host_id: '' }],
  ['boot_id', { boot_id: null }],
  ['seq', { seq: -1 }],
  ['period_start', { period_start: 'yesterday' }],
  ['period_end', { period_end: '2026-06-01T00:00:00Z' }],
  ['period_end', { period_end: '2026-06-01T01:00:01Z' }],
];

/** What the parser of an envelope rejects, or nothing. */
export function rejectionOf({ parse, record }: Envelope, change: Fields): RejectedPayload | undefined {
  try {
    parse({ ...record, ...change });
    return undefined;
  } catch (error) {
    if (error instanceof RejectedPayload) return error;
    throw error;
  }
}

/** The published JSON Schema of an envelope, as far as the tests ask it. */
export function schemaOf({ schema }: Envelope) {
  return JSON.parse(readFileSync(join(__dirname, `../../docs/${schema}.schema.json`), 'utf8'));
}

/** What the source agent makes of records in one month: what adds up, in millionths, and the hours that have any. */
export function read({ table, quantity }: Envelope, records: readonly unknown[], month = '2026-06') {
  return withFile('a.jsonl', linesOf(records), async (path) => {
    const opened = await openSource({ source: agent, path, month });
    const [sum] = await opened.facts(table, `SELECT sum(${quantity})::VARCHAR AS quantity FROM facts`);
    const hours = await opened.facts(table, 'SELECT DISTINCT period_start FROM facts ORDER BY period_start');
    await opened.close();
    return {
      micros: BigInt(String(sum?.['quantity'] ?? '0').replace('.', '')),
      hours: hours.map((row) => String(row['period_start'])),
      checked: opened.checked,
    };
  });
}

/** Law: records cut at hours and months are the records, to the millionth. `withAmount` gives a record so many millionths. */
export async function expectHoursToAddUp(envelope: Envelope, withAmount: (micros: bigint) => Fields): Promise<void> {
  const drawn = fc.record({
    at: fc.integer({ min: 0, max: 7_199_999 }),
    length: fc.integer({ min: 1, max: 3_600_000 }),
    micros: fc.bigInt({ min: 0n, max: 10n ** 13n }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(drawn, { minLength: 1, maxLength: 20 }), async (all) => {
      const start = Date.parse('2026-06-30T22:30:00Z');
      const records = all.map(({ at, length, micros }, seq) => ({
        ...envelope.record,
        seq,
        period_start: new Date(start + at).toISOString(),
        period_end: new Date(start + at + length).toISOString(),
        ...withAmount(micros),
      }));
      const [june, july] = [await read(envelope, records, '2026-06'), await read(envelope, records, '2026-07')];
      expect(june.micros + july.micros).toBe(all.reduce((total, { micros }) => total + micros, 0n));
      expect(june.hours.every((hour) => hour.startsWith('2026-06'))).toBe(true);
      expect(july.hours.every((hour) => hour.startsWith('2026-07'))).toBe(true);
    }),
    { numRuns: 10 },
  );
}

/** The source refuses a file of each spoilt record, as its parser does. */
export async function expectRefusalOf({ record }: Envelope, faults: readonly Fault[]): Promise<void> {
  for (const [field, change] of faults) {
    const refusal = await withFile('a.jsonl', linesOf([{ ...record, ...change }]), (path) =>
      refusalOf({ source: agent, path, month: '2026-06' }),
    );
    expect([field, change, refusal ?? 'taken']).toEqual([field, change, expect.stringContaining('no row that passes')]);
  }
}

function linesOf(records: readonly unknown[]): string {
  return `${records.map((record) => JSON.stringify(record)).join('\n')}\n`;
}
