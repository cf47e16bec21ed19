import fc from 'fast-check';

import { decimalText } from '../agent/decimals.ts';
import { microjoulesOf, parseRecord } from '../lib/landing/record.ts';
import { agent } from '../lib/sources/agent/source.ts';
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

const TELEMETRY: Envelope = {
  record: RECORD,
  parse: parseRecord,
  schema: 'telemetry',
  table: 'fct_energy',
  quantity: 'energy_joules',
};

const FAULTS: readonly Fault[] = [
  ['schema', { schema: 'joulebook.telemetry/2' }],
  ...ENVELOPE_FAULTS,
  ['component', { component: 'fan' }],
  ['basis', { basis: 'filled' }],
  ['energy_joules', { energy_joules: '-10.5' }],
  ['energy_joules', { energy_joules: 'NaN' }],
  ['energy_joules', { energy_joules: '10.5000001' }],
  ['gap_reason', { gap_reason: 'counter-reset' }],
  ['gap_reason', { ...GAP, gap_reason: null }],
  ['u95_ratio', { u95_ratio: -0.1 }],
  ['u95_ratio', { u95_ratio: 10.1 }],
  ['shares', { shares: [] }],
  ['shares', { ...GAP, shares: [SHARE] }],
  ['shares[0].energy_joules', { shares: [{ ...SHARE, energy_joules: '-1' }] }],
  ['idle_joules', { idle_joules: null }],
  ['idle_joules', { ...GAP, idle_joules: '0' }],
  ['unattributed_joules', { ...GAP, unattributed_joules: '0' }],
];

const faultOf = (change: Readonly<Record<string, unknown>>) => rejectionOf(TELEMETRY, change);
const microjoules = fc.bigInt({ min: 0n, max: 10n ** 13n });

describe('a telemetry record', () => {
  test('law: decimal text and microjoules are the same number', () => {
    fc.assert(fc.property(microjoules, (energy) => microjoulesOf(decimalText(energy)) === energy));
  });

  test('law: it is taken when its parts add up, and refused when they miss by a microjoule', () => {
    fc.assert(
      fc.property(fc.array(microjoules, { maxLength: 5 }), microjoules, microjoules, (parts, idle, unattributed) => {
        const sum = [...parts, idle, unattributed].reduce((total, part) => total + part, 0n);
        const shares = parts.map((part) => ({ ...SHARE, energy_joules: decimalText(part) }));
        const ends = { shares, idle_joules: decimalText(idle), unattributed_joules: decimalText(unattributed) };
        expect(faultOf({ ...ends, energy_joules: decimalText(sum) })).toBeUndefined();
        expect(faultOf({ ...ends, energy_joules: decimalText(sum + 1n) })?.column).toBe('shares');
      }),
    );
  });

  test('a gap is taken with its reason', () => {
    expect(parseRecord({ ...RECORD, ...GAP }).gap_reason).toBe('counter-reset');
  });

  test.each(FAULTS)('is refused for %s in %j', (field, change) => {
    expect(faultOf(change)?.column).toBe(field);
  });

  test('names what adds up to what', () => {
    expect(faultOf({ idle_joules: '3' })?.message).toBe(
      'found shares that add up to 9500000 microjoules, expected 10500000, the energy of the record',
    );
  });

  test('the schema document lists the same fields', () => {
    const schema = schemaOf(TELEMETRY);
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
  test('law: the hours of two months add up to the records to the microjoule', () =>
    expectHoursToAddUp(TELEMETRY, (energy) => ({
      energy_joules: decimalText(energy),
      shares: [{ ...SHARE, energy_joules: decimalText(energy / 3n) }],
      idle_joules: decimalText(energy - energy / 3n),
      unattributed_joules: '0',
    })));

  test('a record that stands twice in a file counts once', async () => {
    const { micros, checked } = await read(TELEMETRY, [RECORD, { ...RECORD, seq: 2 }, RECORD]);
    expect(micros).toBe(21_000_000n);
    expect(checked.contract.rows).toBe(3);
  });

  test('refuses what parseRecord refuses', () => expectRefusalOf(TELEMETRY, FAULTS));
});
