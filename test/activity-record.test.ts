import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import fc from 'fast-check';

import { parseActivityRecord } from '../lib/landing/activity-record.ts';
import { RejectedPayload } from '../lib/landing/origin.ts';
import { MEASURES } from '../lib/sources/agent/measures.ts';
import { agent } from '../lib/sources/agent/source.ts';
import { openSource, refusalOf, withFile } from './support/open-source.ts';

const RECORD = {
  schema: 'joulebook.activity/1',
  host_id: 'host-1',
  resource_id: 'i-1',
  boot_id: 'boot-1',
  seq: 1,
  period_start: '2026-06-01T00:00:00Z',
  period_end: '2026-06-01T00:00:10Z',
  target: 'vllm-0:8000',
  framework: 'vllm',
  measure: 'output_tokens',
  quantity: '120.5',
  gap_reason: null,
  project: null,
  model_id: 'llama-70b',
  workload_type: 'inference',
  workload_id: null,
  labels: { pod: 'chat-0' },
  quality: ['counter-reset'],
};

/** Every way in which one field spoils a record, by the field that is named. */
const FAULTS: readonly (readonly [field: string, change: Readonly<Record<string, unknown>>])[] = [
  ['schema', { schema: 'joulebook.activity/2' }],
  ['host_id', { host_id: '' }],
  ['boot_id', { boot_id: null }],
  ['seq', { seq: -1 }],
  ['period_start', { period_start: 'yesterday' }],
  ['period_end', { period_end: '2026-06-01T00:00:00Z' }],
  ['period_end', { period_end: '2026-06-01T01:00:01Z' }],
  ['target', { target: '' }],
  ['measure', { measure: 'loss' }],
  ['quantity', { quantity: '-1' }],
  ['quantity', { quantity: '1e3' }],
  ['quantity', { quantity: '0.1234567' }],
  ['gap_reason', { gap_reason: 'never-moved' }],
  ['gap_reason', { quantity: null }],
];

function faultOf(record: unknown): string | undefined {
  try {
    parseActivityRecord(record);
    return undefined;
  } catch (error) {
    if (error instanceof RejectedPayload) return error.column;
    throw error;
  }
}

describe('an activity record', () => {
  test('comes back as it was', () => expect(parseActivityRecord(RECORD)).toEqual(RECORD));

  test('is taken as a gap with its reason', () => {
    expect(faultOf({ ...RECORD, quantity: null, gap_reason: 'never-moved' })).toBeUndefined();
  });

  test.each([...FAULTS, ['quantity', { quantity: 120 }], ['labels', { labels: null }]] as const)(
    'is refused for %s in %j',
    (field, change) => expect(faultOf({ ...RECORD, ...change })).toBe(field),
  );

  test('the schema document lists the same fields and measures', () => {
    const schema = JSON.parse(readFileSync(join(__dirname, '../docs/activity.schema.json'), 'utf8'));
    expect(Object.keys(schema.properties).sort()).toEqual(Object.keys(RECORD).sort());
    expect([...schema.required].sort()).toEqual(Object.keys(RECORD).sort());
    expect(schema.properties.measure.enum).toEqual([...MEASURES]);
  });
});

describe('the source agent with activity', () => {
  const lines = (records: readonly unknown[]) => `${records.map((record) => JSON.stringify(record)).join('\n')}\n`;
  const sumIn = (records: readonly unknown[], month: string) =>
    withFile('a.jsonl', lines(records), async (path) => {
      const opened = await openSource({ source: agent, path, month });
      const [sum] = await opened.facts('fct_activity', 'SELECT sum(quantity)::VARCHAR AS quantity FROM facts');
      await opened.close();
      return BigInt(String(sum?.['quantity'] ?? '0').replace('.', ''));
    });

  test('law: the hours of two months add up to the records to the millionth', async () => {
    const record = fc.record({
      at: fc.integer({ min: 0, max: 7_199_999 }),
      length: fc.integer({ min: 1, max: 3_600_000 }),
      micros: fc.bigInt({ min: 0n, max: 10n ** 13n }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(record, { minLength: 1, maxLength: 20 }), async (drawn) => {
        const start = Date.parse('2026-06-30T22:30:00Z');
        const records = drawn.map(({ at, length, micros }, seq) => ({
          ...RECORD,
          seq,
          period_start: new Date(start + at).toISOString(),
          period_end: new Date(start + at + length).toISOString(),
          quantity: `${micros / 1_000_000n}.${String(micros % 1_000_000n).padStart(6, '0')}`,
        }));
        const [june, july] = [await sumIn(records, '2026-06'), await sumIn(records, '2026-07')];
        expect(june + july).toBe(drawn.reduce((total, { micros }) => total + micros, 0n));
      }),
      { numRuns: 10 },
    );
  });

  test('refuses what parseActivityRecord refuses', async () => {
    // Another envelope in the first line is another shape; in a later line it is refused.
    for (const [field, change] of FAULTS.filter(([name]) => name !== 'schema')) {
      const refusal = await withFile('a.jsonl', lines([{ ...RECORD, ...change }]), (path) =>
        refusalOf({ source: agent, path, month: '2026-06' }),
      );
      expect([field, refusal ?? 'taken']).toEqual([field, expect.stringContaining('no row that passes')]);
    }
  });
});
