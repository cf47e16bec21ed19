import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import fc from 'fast-check';

import { RejectedPayload } from '../lib/landing/origin.ts';
import { microjoulesOf, parseRecord } from '../lib/landing/record.ts';
import { agent } from '../lib/sources/agent/source.ts';
import { openSource, refusalOf, withFile } from './support/open-source.ts';

const SHARE = {
  project: null,
  model_id: null,
  workload_type: null,
  workload_id: 'job-1',
  labels: { pod: 'chat-0' },
  energy_joules: '6.000001',
};
const RECORD = {
  schema: 'joulebook.telemetry/1',
  host_id: 'host-1',
  resource_id: 'i-1',
  boot_id: 'boot-1',
  seq: 1,
  period_start: '2026-06-01T00:00:00Z',
  period_end: '2026-06-01T00:00:10Z',
  component: 'gpu',
  domain: 'GPU-0',
  method: 'nvml-counter',
  basis: 'measured',
  energy_joules: '10.5',
  gap_reason: null,
  u95_ratio: 0.05,
  quality: [],
  shares: [SHARE],
  idle_joules: '4.000000',
  unattributed_joules: '0.499999',
};
const GAP = {
  energy_joules: null,
  gap_reason: 'counter-reset',
  shares: [],
  idle_joules: null,
  unattributed_joules: null,
};

/** Every way in which one field spoils a record, by the field that is named. */
const FAULTS: readonly (readonly [field: string, change: Readonly<Record<string, unknown>>])[] = [
  ['schema', { schema: 'joulebook.telemetry/2' }],
  ['host_id', { host_id: '' }],
  ['boot_id', { boot_id: null }],
  ['seq', { seq: -1 }],
  ['period_start', { period_start: 'yesterday' }],
  ['period_end', { period_end: '2026-06-01T00:00:00Z' }],
  ['period_end', { period_end: '2026-06-01T01:00:01Z' }],
  ['component', { component: 'fan' }],
  ['basis', { basis: 'filled' }],
  ['energy_joules', { energy_joules: '-10.5' }],
  ['energy_joules', { energy_joules: 'NaN' }],
  ['energy_joules', { energy_joules: '10.5000001' }],
  ['gap_reason', { gap_reason: 'counter-reset' }],
  ['gap_reason', { ...GAP, gap_reason: null }],
  ['u95_ratio', { u95_ratio: -0.1 }],
  ['shares', { shares: [] }],
  ['shares', { ...GAP, shares: [SHARE] }],
  ['shares[0].energy_joules', { shares: [{ ...SHARE, energy_joules: '-1' }] }],
  ['idle_joules', { idle_joules: null }],
  ['idle_joules', { ...GAP, idle_joules: '0' }],
  ['unattributed_joules', { ...GAP, unattributed_joules: '0' }],
];

function faultOf(record: unknown): RejectedPayload | undefined {
  try {
    parseRecord(record);
    return undefined;
  } catch (error) {
    if (error instanceof RejectedPayload) return error;
    throw error;
  }
}

const joulesText = (microjoules: bigint) =>
  `${microjoules / 1_000_000n}.${String(microjoules % 1_000_000n).padStart(6, '0')}`;
const microjoules = fc.bigInt({ min: 0n, max: 10n ** 13n });

describe('a telemetry record', () => {
  test('law: decimal text and microjoules are the same number', () => {
    fc.assert(fc.property(microjoules, (energy) => microjoulesOf(joulesText(energy)) === energy));
  });

  test('law: it is taken when its parts add up, and refused when they miss by a microjoule', () => {
    fc.assert(
      fc.property(fc.array(microjoules, { maxLength: 5 }), microjoules, microjoules, (parts, idle, unattributed) => {
        const sum = [...parts, idle, unattributed].reduce((total, part) => total + part, 0n);
        const shares = parts.map((part) => ({ ...SHARE, energy_joules: joulesText(part) }));
        const ends = { shares, idle_joules: joulesText(idle), unattributed_joules: joulesText(unattributed) };
        expect(faultOf({ ...RECORD, ...ends, energy_joules: joulesText(sum) })).toBeUndefined();
        expect(faultOf({ ...RECORD, ...ends, energy_joules: joulesText(sum + 1n) })?.column).toBe('shares');
      }),
    );
  });

  test('a gap is taken with its reason', () => {
    expect(parseRecord({ ...RECORD, ...GAP }).gap_reason).toBe('counter-reset');
  });

  test.each(FAULTS)('is refused for %s in %j', (field, change) => {
    expect(faultOf({ ...RECORD, ...change })?.column).toBe(field);
  });

  test('names what adds up to what', () => {
    expect(faultOf({ ...RECORD, idle_joules: '3' })?.message).toBe(
      'found shares that add up to 9500000 microjoules, expected 10500000, the energy of the record',
    );
  });

  test('the schema document lists the same fields', () => {
    const schema = JSON.parse(readFileSync(join(__dirname, '../docs/telemetry.schema.json'), 'utf8'));
    expect(Object.keys(schema.properties).sort()).toEqual(Object.keys(RECORD).sort());
    expect([...schema.required].sort()).toEqual(Object.keys(RECORD).sort());
    expect([...schema.$defs.share.required].sort()).toEqual(Object.keys(SHARE).sort());
    expect(schema.properties.component.enum).toEqual(
      agent.shapes.flatMap(({ columns }) => [...columns].flatMap(wordsOfComponent)),
    );
  });
});

function wordsOfComponent({
  name,
  check,
}: {
  readonly name: string;
  readonly check?: { readonly expected: string };
}): string[] {
  return name === 'component' ? (check?.expected.split(/, | or /) ?? []) : [];
}

describe('the source agent', () => {
  const lines = (records: readonly unknown[]) => `${records.map((record) => JSON.stringify(record)).join('\n')}\n`;
  const read = (records: readonly unknown[], month = '2026-06') =>
    withFile('a.jsonl', lines(records), async (path) => {
      const opened = await openSource({ source: agent, path, month });
      const [sum] = await opened.facts('fct_energy', 'SELECT sum(energy_joules)::VARCHAR AS energy FROM facts');
      const hours = await opened.facts('fct_energy', 'SELECT DISTINCT period_start FROM facts ORDER BY period_start');
      await opened.close();
      return {
        energy: sum?.['energy'],
        hours: hours.map((row) => String(row['period_start'])),
        checked: opened.checked,
      };
    });

  test('law: the hours of a month, and two months, add up to the records to the microjoule', async () => {
    const record = fc.record({
      at: fc.integer({ min: 0, max: 7_199_999 }),
      length: fc.integer({ min: 1, max: 3_600_000 }),
      energy: microjoules,
    });
    await fc.assert(
      fc.asyncProperty(fc.array(record, { minLength: 1, maxLength: 20 }), async (drawn) => {
        const start = Date.parse('2026-06-30T22:30:00Z');
        const records = drawn.map(({ at, length, energy }, seq) => ({
          ...RECORD,
          seq,
          period_start: new Date(start + at).toISOString(),
          period_end: new Date(start + at + length).toISOString(),
          energy_joules: joulesText(energy),
          shares: [{ ...SHARE, energy_joules: joulesText(energy / 3n) }],
          idle_joules: joulesText(energy - energy / 3n),
          unattributed_joules: '0',
        }));
        const months = await Promise.all([read(records, '2026-06'), read(records, '2026-07')]);
        const sum = months.reduce((total, month) => total + microjoulesOf(String(month.energy ?? '0')), 0n);
        expect(sum).toBe(drawn.reduce((total, { energy }) => total + energy, 0n));
        expect(months[0].hours.every((hour) => hour.startsWith('2026-06'))).toBe(true);
        expect(months[1].hours.every((hour) => hour.startsWith('2026-07'))).toBe(true);
      }),
      { numRuns: 10 },
    );
  });

  test('a record that stands twice in a file counts once', async () => {
    const { energy, checked } = await read([RECORD, { ...RECORD, seq: 2 }, RECORD]);
    expect(energy).toBe('21.000000');
    expect(checked.contract.rows).toBe(3);
  });

  test('refuses what parseRecord refuses', async () => {
    for (const [field, change] of FAULTS) {
      const refusal = await withFile('a.jsonl', lines([{ ...RECORD, ...change }]), (path) =>
        refusalOf({ source: agent, path, month: '2026-06' }),
      );
      expect([field, refusal ?? 'taken']).toEqual([field, expect.stringContaining('no row that passes')]);
    }
  });
});
