import { decimalText } from '../agent/decimals.ts';
import { parseActivityRecord } from '../lib/landing/activity-record.ts';
import { DISTRIBUTIONS, LEVELS, MEASURE_MEANINGS, MEASURES } from '../lib/sources/agent/measures.ts';
import {
  ENVELOPE_FAULTS,
  type Envelope,
  expectHoursToAddUp,
  expectRefusalOf,
  type Fault,
  read,
  rejectionOf,
  schemaOf,
} from './support/envelope.ts';

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

const ACTIVITY: Envelope = {
  record: RECORD,
  parse: parseActivityRecord,
  schema: 'activity',
  table: 'fct_activity',
  quantity: 'quantity',
};
const NOTHING = { quantity: null };
const SPAN = { last: 2, mean: 1.5, minimum: 1, maximum: 4, samples: 3, seconds: 15 };
const LEVEL = { ...NOTHING, measure: 'queued_requests', level: SPAN };
const BUCKET = { over: '0.3', up_to: '0.5', count: '3' };
const BUCKETS = { ...NOTHING, measure: 'requests_by_latency', buckets: [BUCKET] };
const levelled = (change: Readonly<Record<string, unknown>>) => ({ ...LEVEL, level: { ...SPAN, ...change } });
const bucketed = (change: Readonly<Record<string, unknown>>) => ({ ...BUCKETS, buckets: [{ ...BUCKET, ...change }] });

const FAULTS: readonly Fault[] = [
  ['schema', { schema: 'joulebook.activity/2' }],
  ...ENVELOPE_FAULTS,
  ['target', { target: '' }],
  ['measure', { measure: 'happiness' }],
  ['quantity', { measure: 'loss' }],
  ['quantity', { quantity: '-1' }],
  ['quantity', { quantity: '1e3' }],
  ['quantity', { quantity: '0.1234567' }],
  ['gap_reason', { gap_reason: 'never-moved' }],
  ['gap_reason', { quantity: null }],
];

/** The same of levels and buckets. */
const FAULTS_OF_OTHERS: readonly Fault[] = [
  ['level', { level: SPAN }],
  ['level', { ...LEVEL, measure: 'requests_by_latency' }],
  ['quantity', { ...LEVEL, quantity: '1' }],
  ['gap_reason', { ...LEVEL, gap_reason: 'several-series' }],
  ['gap_reason', { ...LEVEL, level: null }],
  ['level', levelled({ last: 5 })],
  ['level', levelled({ mean: 0.5 })],
  ['level', levelled({ mean: null })],
  ['level', levelled({ seconds: 0 })],
  ['level.last', levelled({ last: null })],
  ['level.minimum', levelled({ minimum: 'low' })],
  ['samples', levelled({ samples: 0 })],
  ['seconds', levelled({ seconds: -1 })],
  ['buckets', { buckets: [BUCKET] }],
  ['buckets', { ...BUCKETS, measure: 'loss' }],
  ['quantity', { ...BUCKETS, quantity: '3' }],
  ['gap_reason', { ...BUCKETS, buckets: null }],
  ['gap_reason', { ...BUCKETS, gap_reason: 'not-known' }],
  ['buckets[0]', bucketed({ up_to: '0.3' })],
  ['buckets[0]', bucketed({ up_to: 'fast' })],
  ['buckets[0]', bucketed({ over: '+Inf', up_to: '+Inf' })],
  ['buckets[0].over', bucketed({ over: null })],
  ['buckets[0].count', bucketed({ count: '0' })],
  ['buckets[0].count', bucketed({ count: '1.5' })],
  ['buckets[0].count', bucketed({ count: '-1' })],
];

describe('an activity record', () => {
  test.each([
    ['a quantity', {}],
    ['a level', LEVEL],
    ['a level below zero', { ...NOTHING, measure: 'loss', level: { ...SPAN, last: -2e-7, minimum: -3 } }],
    ['a level that was read once', levelled({ last: 1, mean: null, minimum: 1, maximum: 1, samples: 1, seconds: 0 })],
    ['buckets', BUCKETS],
    ['buckets at both ends', bucketed({ over: '-Inf', up_to: '+Inf' })],
    ['buckets of which none has anything', { ...BUCKETS, buckets: [] }],
    ['a gap', { quantity: null, gap_reason: 'never-moved' }],
    ['a gap of a level', { ...LEVEL, level: undefined, gap_reason: 'several-series' }],
  ])('with %s comes back as it was', (_, change) => {
    const record = { ...RECORD, ...change };
    expect(parseActivityRecord(record)).toEqual(record);
  });

  test.each([...FAULTS, ...FAULTS_OF_OTHERS, ['quantity', { quantity: 120 }], ['labels', { labels: null }]] as const)(
    'is refused for %s in %j',
    (field, change) => {
      expect(rejectionOf(ACTIVITY, change)?.column).toBe(field);
    },
  );

  test('the schema document lists the same fields and measures', () => {
    const schema = schemaOf(ACTIVITY);
    const optional = ['level', 'buckets'];
    expect(Object.keys(schema.properties).sort()).toEqual([...Object.keys(RECORD), ...optional].sort());
    expect([...schema.required].sort()).toEqual(Object.keys(RECORD).sort());
    const { sums, levels, distributions } = schema.$defs;
    expect([sums.enum, levels.enum, distributions.enum]).toEqual([MEASURES, LEVELS, DISTRIBUTIONS]);
    expect([...schema.properties.level.required].sort()).toEqual(Object.keys(SPAN).sort());
    expect([...schema.properties.buckets.items.required].sort()).toEqual(Object.keys(BUCKET).sort());
  });

  test('every measure has one way in which it comes together', () => {
    const by = Object.groupBy(Object.entries(MEASURE_MEANINGS), ([, { aggregation }]) => aggregation);
    expect(by.sum?.map(([name]) => name)).toEqual(MEASURES);
    expect(by.level?.map(([name]) => name)).toEqual(LEVELS);
    expect(by.buckets?.map(([name]) => name)).toEqual(DISTRIBUTIONS);
  });
});

describe('the source agent with activity', () => {
  test('law: the hours of two months add up to the records to the millionth', () =>
    expectHoursToAddUp(ACTIVITY, (micros) => ({ quantity: decimalText(micros) })));

  test('law: so do the counts of buckets', () =>
    expectHoursToAddUp(ACTIVITY, (micros) => {
      const count = micros / 1_000_000n;
      const counted = count > 0n ? [{ ...BUCKET, count: String(count) }] : [];
      return micros % 1_000_000n === 0n ? { ...BUCKETS, buckets: counted } : { quantity: decimalText(micros) };
    }));

  test('a level is no quantity, however often it is read', async () => {
    const { micros, hours } = await read(ACTIVITY, [
      { ...RECORD, ...LEVEL },
      { ...RECORD, ...LEVEL, seq: 2 },
    ]);
    expect([micros, hours.length]).toEqual([0n, 1]);
  });

  // Another envelope in the first line is another shape; in a later line it is refused.
  test('refuses what parseActivityRecord refuses', () =>
    expectRefusalOf(
      ACTIVITY,
      [...FAULTS, ...FAULTS_OF_OTHERS].filter(([name]) => name !== 'schema'),
    ));
});
