import fc from 'fast-check';

import { type Charge, type GridHour, hourOf, type Telemetry, type TinyCompany } from './tiny-company.ts';

const MONTH = '2026-06';
const LAST_HOUR = 719;
/** A watched host, a burstable, one that no table knows, one whose accelerator has no published power, and one without an id. */
const MACHINES = [
  { resource: 'i-1', type: 'm5.large' },
  { resource: 'i-2', type: 't3.micro' },
  { resource: 'i-3', type: 'zz9.large' },
  { resource: 'i-4', type: 'trn1.2xlarge' },
  { type: 'g5.xlarge' },
] as const;
/** Hosts that send telemetry: three of the bill and one that is on no bill. */
const WATCHED = ['i-1', 'i-3', 'i-4', 'cellar-1'] as const;

const project = fc.constantFrom('chat', 'search', 'it’s "quoted", 100 %');
const hour = fc.oneof({ weight: 3, arbitrary: fc.nat(30) }, fc.integer({ min: 700, max: LAST_HOUR }));
/** Money as bills write it: any sign, more digits than cents. */
const cost = fc.integer({ min: -50_000, max: 500_000 }).map((part) => part / 7000);

const machineHour = fc
  .record({
    machine: fc.constantFrom(...MACHINES),
    hour,
    amount: fc.constantFrom(0, 0.25, 0.5, 1),
    cost,
    project: fc.option(project, { nil: undefined }),
  })
  .map(
    ({ machine, hour: at, project: named, ...rest }): Charge => ({
      start: hourOf(MONTH, at),
      ...machine,
      ...rest,
      ...(named && { project: named }),
    }),
  );

const coveredHour = fc
  .record({ line: machineHour, effectiveCost: cost })
  .map(({ line, effectiveCost }): Charge => ({ ...line, lineType: 'SavingsPlanCoveredUsage', effectiveCost }));

/** A volume that is charged for days at once, over the end of the month as well. */
const volume = fc
  .record({
    hour,
    hours: fc.integer({ min: 2, max: 60 }),
    amount: fc.integer({ min: 0, max: 1000 }).map((part) => part / 30),
    cost,
  })
  .map(
    ({ hour: at, hours, ...rest }): Charge => ({
      start: hourOf(MONTH, at),
      end: hourOf(MONTH, at + hours),
      resource: 'vol-1',
      type: '',
      usageType: 'EU-EBS:VolumeUsage.gp3',
      unit: 'GB-Mo',
      ...rest,
    }),
  );

const moneyAlone = fc
  .record({ hour, cost, lineType: fc.constantFrom('Tax', 'Credit', 'Fee', 'EdpDiscount') })
  .map(({ hour: at, ...rest }): Charge => ({ start: hourOf(MONTH, at), type: '', usageType: 'Support', ...rest }));

const charge = fc.oneof({ weight: 5, arbitrary: machineHour }, coveredHour, volume, moneyAlone);

const microjoules = fc.nat(2_000_000_000);
const telemetry = fc
  .record({
    host: fc.constantFrom(...WATCHED),
    hour,
    component: fc.constantFrom('cpu' as const, 'gpu' as const),
    seconds: fc.constantFrom(900, 1800, 3600),
    basis: fc.constantFrom('measured' as const, 'measured' as const, 'modelled' as const),
    shares: fc.array(fc.record({ project, microjoules }), { maxLength: 3 }),
    idle: microjoules,
    unattributed: fc.constantFrom(0, 1, 333_333_333),
    gap: fc.option(fc.constantFrom('counter-not-readable', 'clock-stepped'), { freq: 5, nil: undefined }),
  })
  .map(({ hour: at, gap, ...rest }) => ({ start: hourOf(MONTH, at), ...rest, ...(gap && { gap }) }));

const records = fc
  .uniqueArray(telemetry, {
    minLength: 3,
    maxLength: 14,
    selector: ({ host, start, component }) => `${host} ${start} ${component}`,
  })
  .map((list) => list.map((record, seq): Telemetry => ({ ...record, seq })));

const grid = fc
  .uniqueArray(
    fc.record({ at: fc.nat(LAST_HOUR), intensity: fc.integer({ min: 20, max: 9000 }).map((tenths) => tenths / 10) }),
    {
      minLength: 2,
      maxLength: 60,
      selector: ({ at }) => at,
    },
  )
  .map((hours) => hours.map(({ at, intensity }): GridHour => ({ start: hourOf(MONTH, at), intensity })));

/** Companies of a few hours: bills in three files, telemetry in a file a host, a grid series full of holes. */
const tinyCompanies: fc.Arbitrary<TinyCompany> = fc
  .record({
    charges: fc.array(charge, { minLength: 6, maxLength: 24 }),
    records,
    grid,
    idle: fc.constantFrom('node', 'proportional', 'owner'),
  })
  .map(({ charges, records: all, grid: hours, idle }) => ({
    month: MONTH,
    bills: {
      'a.parquet': charges.filter((_, index) => index % 3 === 0),
      'b.parquet': charges.filter((_, index) => index % 3 === 1),
      'c.parquet': charges.filter((_, index) => index % 3 === 2),
    },
    telemetry: Object.fromEntries(
      WATCHED.map((host) => [`${host}.jsonl`, all.filter((record) => record.host === host)]).filter(
        ([, list]) => list?.length,
      ),
    ),
    grid: { 'ie.csv': hours },
    settings: { idle },
  }));

/** The same few companies in every run. */
export function sampleCompanies(count: number, seed: number): TinyCompany[] {
  return fc.sample(tinyCompanies, { numRuns: count, seed });
}
