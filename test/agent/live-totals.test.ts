import fc from 'fast-check';

import type { Workload } from '../../agent/attribution/workload.ts';
import { IDLE_POLICIES, type IdlePolicy } from '../../agent/live/idle-policy.ts';
import { renderMetrics } from '../../agent/live/render.ts';
import { seriesOfTotals } from '../../agent/live/series.ts';
import { Totals, type TotalsSettings } from '../../agent/live/totals.ts';
import { workloadName } from '../../agent/live/workload-name.ts';
import type { Look } from '../../agent/look.ts';
import { NO_OWNERS } from '../../agent/look.ts';
import type { Spending } from '../../agent/spending.ts';
import { microjoulesOf } from '../../lib/landing/record.ts';
import { readExposition, type Series } from '../support/exposition.ts';
import { GPU, lookAt, PACKAGE, serviceOf, silent, spent } from '../support/made-up-spendings.ts';

const SETTINGS = { idle: 'node', maxSeries: 2000, windowMs: 300_000 } as const;
const LLM = serviceOf('llm.service', { model_id: 'llama' });
const OTHER = serviceOf('other.service');

type Tick = readonly [look: Look, spendings: readonly Spending[]];

function totalsAfter(ticks: readonly Tick[], settings: TotalsSettings = SETTINGS): Totals {
  const totals = new Totals(settings);
  for (const [look, spendings] of ticks) totals.add(spendings, look);
  return totals;
}

const shown = (totals: Totals, intensity?: number) => readExposition(renderMetrics(seriesOfTotals(totals, intensity)));

function sumOf(series: readonly Series[], name: string, labels: Readonly<Record<string, string>> = {}): bigint {
  const fits = (one: Series) =>
    one.name === name && Object.entries(labels).every(([label, value]) => one.labels[label] === value);
  return series.filter(fits).reduce((sum, { text }) => sum + microjoulesOf(text), 0n);
}

const shownAs = (series: readonly Series[], name: string, labels: Readonly<Record<string, string>> = {}) =>
  series.find((one) => one.name === name && Object.entries(labels).every(([key, value]) => one.labels[key] === value))
    ?.value;

const DEVICE = 'joulebook_device_energy_joules_total';
const WORKLOAD = 'joulebook_workload_energy_joules_total';
const UNASSIGNED = 'joulebook_unassigned_energy_joules_total';

describe('the totals of a host', () => {
  const microjoules = fc.bigInt({ min: 0n, max: 10n ** 15n });
  const workload = fc.nat(30).map((number) => serviceOf(`s-${number % 25}.service`, { model_id: `m-${number % 3}` }));
  const spending = fc.record({
    isGpu: fc.boolean(),
    users: fc.uniqueArray(fc.record({ workload, energyMicrojoules: microjoules }), {
      maxLength: 12,
      selector: (user) => user.workload.key,
    }),
    idle: microjoules,
    unattributed: microjoules,
    owners: fc.uniqueArray(workload, { maxLength: 3, selector: ({ key }) => key }),
    seconds: fc.integer({ min: 1, max: 400 }),
  });
  const history = fc.array(spending, { minLength: 1, maxLength: 15 });

  /** What is shown after each step, and the energy of the step. */
  function statesOf(
    steps: readonly (typeof spending extends fc.Arbitrary<infer Step> ? Step : never)[],
    idle: IdlePolicy,
  ) {
    let at = 0;
    const totals = new Totals({ ...SETTINGS, idle, maxSeries: 10 });
    return steps.map(({ isGpu, users, idle: idleEnergy, unattributed, owners, seconds }) => {
      at += seconds;
      const look = lookAt(at, { owners: { ...NO_OWNERS, ofDevice: () => owners } });
      const spendings = [spent(isGpu ? GPU : PACKAGE, look, { workloads: users, idle: idleEnergy, unattributed })];
      totals.add(spendings, look);
      return {
        series: shown(totals),
        energy: users.reduce((sum, user) => sum + user.energyMicrojoules, idleEnergy + unattributed),
      };
    });
  }

  test.each(IDLE_POLICIES)('add up to the devices exactly, under the idle policy %s and any cap of series', (idle) => {
    fc.assert(
      fc.property(history, (steps) => {
        const states = statesOf(steps, idle);
        const series = states.at(-1)?.series ?? [];
        const energy = states.reduce((sum, state) => sum + state.energy, 0n);
        expect(sumOf(series, DEVICE)).toBe(energy);
        expect(sumOf(series, WORKLOAD) + sumOf(series, UNASSIGNED)).toBe(energy);
        for (const component of ['cpu', 'gpu'])
          expect(sumOf(series, WORKLOAD, { component }) + sumOf(series, UNASSIGNED, { component })).toBe(
            sumOf(series, DEVICE, { component }),
          );
        const idleEnergy = steps.reduce((sum, step) => sum + step.idle, 0n);
        expect(sumOf(series, DEVICE, { share: 'idle' })).toBe(idleEnergy);
      }),
      { numRuns: 60 },
    );
  });

  test('never fall, and never have more series of workloads than the cap and those of "other"', () => {
    fc.assert(
      fc.property(history, fc.constantFrom(...IDLE_POLICIES), (steps, idle) => {
        const sums = statesOf(steps, idle).map(({ series: all }) => {
          const series = all.filter(({ name }) => name === WORKLOAD);
          expect(series.filter(({ labels }) => labels['workload'] !== 'other').length).toBeLessThanOrEqual(10);
          return sumOf(series, WORKLOAD);
        });
        expect(sums).toEqual([...sums].sort((a, b) => (a < b ? -1 : Number(a > b))));
      }),
      { numRuns: 60 },
    );
  });
});

describe('idle energy', () => {
  const parts = {
    workloads: [
      { workload: LLM, energyMicrojoules: 2_000_000n },
      { workload: OTHER, energyMicrojoules: 1_000_000n },
    ],
    idle: 1_000_000n,
  };
  const look = lookAt(1, { owners: { ...NO_OWNERS, ofDevice: () => [OTHER] } });

  test.each([
    ['node', ['2', '1', '1']],
    ['proportional', ['2.666667', '1.333333', '0']],
    ['owner', ['2', '2', '0']],
  ] as const)('goes to whom the policy %s names; the device shows it all the same', (idle, expected) => {
    const series = shown(totalsAfter([[look, [spent(GPU, look, parts)]]], { ...SETTINGS, idle }));
    const texts = [
      series.find(({ labels }) => labels['workload'] === 'llm.service'),
      series.find(({ labels }) => labels['workload'] === 'other.service'),
      series.find(({ name, labels }) => name === UNASSIGNED && labels['share'] === 'idle'),
    ].map((one) => one?.text);
    expect(texts).toEqual(expected);
    expect(shownAs(series, DEVICE, { share: 'idle' })).toBe(1);
  });

  test('stays with the node where the policy names nobody', () => {
    for (const idle of IDLE_POLICIES) {
      const alone = lookAt(1);
      const series = shown(totalsAfter([[alone, [spent(GPU, alone, { idle: 7n })]]], { ...SETTINGS, idle }));
      expect(sumOf(series, UNASSIGNED, { share: 'idle' })).toBe(7n);
    }
  });
});

describe('a device', () => {
  test('that does not say has a growing gap, an energy that stands still and no power', () => {
    const [first, second, third] = [lookAt(1), lookAt(2), lookAt(3)];
    const series = shown(
      totalsAfter([
        [first, [spent(GPU, first, { idle: 70_000_000n })]],
        [second, [silent(GPU, second, 'driver-not-answering')]],
        [third, [silent(GPU, third, 'driver-not-answering')]],
      ]),
      300,
    );
    expect(sumOf(series, DEVICE)).toBe(70_000_000n);
    expect(shownAs(series, 'joulebook_device_gap_seconds_total', { reason: 'driver-not-answering' })).toBe(2);
    expect(shownAs(series, 'joulebook_device_power_watts')).toBeUndefined();
    expect(shownAs(series, 'joulebook_carbon_grams_per_second')).toBeUndefined();
  });

  test('that never said has no energy, not one of 0', () => {
    const look = lookAt(1);
    const series = shown(totalsAfter([[look, [silent(PACKAGE, look, 'counter-absent')]]]), 300);
    expect(series.filter(({ name }) => /device_(?:energy|power)|workload_energy|carbon/.test(name))).toEqual([]);
  });

  test('has the power of the last tick and, where a grid factor is set, an emissions rate', () => {
    const look = lookAt(1, {
      devices: [{ ...GPU, counter: undefined, powerLimitWatts: 700, use: [], counterToPowerRatio: 0.57 }],
    });
    const totals = totalsAfter([[look, [spent(GPU, look, { idle: 360_000_000n })]]]);
    expect(shown(totals).find(({ name }) => name === 'joulebook_device_power_watts')).toMatchObject({
      labels: { component: 'gpu', domain: 'GPU-1', model: 'NVIDIA H200', basis: 'measured' },
      value: 360,
    });
    expect(shownAs(shown(totals), 'joulebook_device_counted_to_integrated_ratio')).toBe(0.57);
    expect(shownAs(shown(totals), 'joulebook_carbon_grams_per_second')).toBeUndefined();
    // 360 W are 0.0001 kWh a second; at 250 g/kWh that is 0.025 g/s.
    expect(shownAs(shown(totals, 250), 'joulebook_carbon_grams_per_second')).toBeCloseTo(0.025, 12);
  });
});

describe('the wall', () => {
  const at = (seconds: number, powerWatts: number | undefined): Tick => [
    lookAt(seconds, { wall: powerWatts === undefined ? undefined : { method: 'redfish', powerWatts } }),
    [],
  ];

  test('has an energy by the trapezoid rule once two readings have followed one another', () => {
    expect(sumOf(shown(totalsAfter([at(0, 500)])), 'joulebook_host_wall_energy_joules_total')).toBe(0n);
    expect(shown(totalsAfter([at(0, 500)])).some(({ name }) => name.includes('wall_energy'))).toBe(false);
    const series = shown(totalsAfter([at(0, 500), at(10, 700), at(11, undefined)]));
    expect(shownAs(series, 'joulebook_host_wall_energy_joules_total')).toBe(6000);
    expect(shownAs(series, 'joulebook_host_wall_power_watts')).toBeUndefined();
  });

  test('has no energy across more than a minute', () => {
    const series = shown(totalsAfter([at(0, 500), at(10, 500), at(100, 500)]));
    expect(shownAs(series, 'joulebook_host_wall_energy_joules_total')).toBe(5000);
    expect(shownAs(series, 'joulebook_host_wall_power_watts')).toBe(500);
  });
});

describe('series of workloads', () => {
  const used = (seconds: number, workloads: readonly Workload[], energyMicrojoules = 5n): Tick => {
    const look = lookAt(seconds);
    return [
      look,
      [spent(PACKAGE, look, { workloads: workloads.map((one) => ({ workload: one, energyMicrojoules })) })],
    ];
  };
  const many = (from: number, count: number) =>
    Array.from({ length: count }, (_, index) => serviceOf(`s-${from + index}.service`));

  test('of ended workloads move to "other" after ten minutes', () => {
    const series = shown(totalsAfter([used(1, [LLM, OTHER]), used(601, [OTHER])]));
    expect(
      series.filter(({ name }) => name === WORKLOAD).map(({ labels, text }) => [labels['workload'], text]),
    ).toEqual([
      ['other.service', '0.00001'],
      ['other', '0.000005'],
    ]);
    expect(shownAs(series, 'joulebook_workload_series_folded_total', { reason: 'ended' })).toBe(1);
  });

  test('beyond the cap share "other", the smallest first, and are counted', () => {
    const look = lookAt(1);
    const workloads = many(0, 12).map((workload, index) => ({ workload, energyMicrojoules: BigInt(index + 1) }));
    const totals = totalsAfter([[look, [spent(PACKAGE, look, { workloads })]]], { ...SETTINGS, maxSeries: 10 });
    expect(sumOf(shown(totals), WORKLOAD, { workload: 'other' })).toBe(3n);
    expect(shownAs(shown(totals), 'joulebook_workload_series_over_cap')).toBe(2);
  });

  test('make room for new ones where they were quiet for a minute', () => {
    const totals = totalsAfter([used(1, many(0, 10)), used(2, many(0, 9)), used(62, [...many(1, 9), LLM])], {
      ...SETTINGS,
      maxSeries: 10,
    });
    expect(sumOf(shown(totals), WORKLOAD, { workload: 'llm.service' })).toBe(5n);
    expect(sumOf(shown(totals), WORKLOAD, { workload: 'other' })).toBe(10n);
    expect(shownAs(shown(totals), 'joulebook_workload_series_folded_total', { reason: 'cap' })).toBe(1);
  });

  test('with the same labels are one: two containers of a pod, or a workload that is called "other"', () => {
    const pod = { namespace: 'prod', pod: 'llm-0' };
    const twins = ['/a', '/b'].map((key) => ({ ...LLM, key, labels: pod }));
    const impostor = { ...OTHER, labels: { unit: 'other' } };
    const totals = totalsAfter([used(1, [...twins, impostor]), used(700, twins)]);
    expect(sumOf(shown(totals), WORKLOAD, { workload: 'prod/llm-0' })).toBe(20n);
    expect(sumOf(shown(totals), WORKLOAD, { workload: 'other' })).toBe(5n);
  });

  test.each([
    [{ namespace: 'prod', pod: 'llm-0', container: 'server', pod_uid: 'u' }, 'prod/llm-0/server'],
    [{ pod_uid: 'u', container_id: 'c' }, 'pod/u'],
    [{ job: '117', step: '0' }, 'job/117'],
    [{ task: 'abc' }, 'task/abc'],
    [{ unit: 'vllm.service' }, 'vllm.service'],
    [{ container_id: '0123456789abcdef' }, '0123456789ab'],
    [{}, `/${'x'.repeat(127)}`],
  ])('of a workload with the labels %j are called %s', (labels, name) => {
    expect(workloadName({ key: `/${'x'.repeat(300)}`, labels, names: LLM.names })).toBe(name);
  });
});

describe('energy for each request and token', () => {
  const RATES = [
    'joulebook_joules_per_request',
    'joulebook_joules_per_output_token',
    'joulebook_output_tokens_per_joule',
  ];
  const at = (seconds: number, device = GPU): Tick => {
    const look = lookAt(seconds);
    return [look, [spent(device, look, { workloads: [{ workload: LLM, energyMicrojoules: 300_000_000n }] })]];
  };
  const did = (measure: string, quantity: string | number | null, model_id: string | null = 'llama') => ({
    model_id,
    measure,
    quantity,
  });
  const active = (ticks: readonly Tick[], increases: readonly ReturnType<typeof did>[], seconds: number) => {
    const totals = totalsAfter(ticks);
    totals.addActivity(increases, seconds * 1000);
    return totals;
  };
  const ratesIn = (totals: Totals) => RATES.map((name) => shownAs(shown(totals), name, { model_id: 'llama' }));

  test('is the energy of the model over what it did in the window', () => {
    const totals = active([at(1), at(2)], [did('requests', 3), did('output_tokens', '1200.0')], 2);
    expect(ratesIn(totals)).toEqual([200, 0.5, 2]);
    expect(shown(totals).find(({ name }) => name === RATES[0])?.labels['basis']).toBe('measured');
  });

  test.each([0, 3, 7])(
    'is right at each second, though what was done is told once a minute only (%d s apart)',
    (phase) => {
      const totals = new Totals(SETTINGS);
      for (let second = 1; second <= 900; second += 1) {
        const [look, spendings] = at(second);
        totals.add(spendings, look);
        const seconds = Math.min(second, 60);
        if ((second + phase) % 60 === 0) totals.addActivity([did('output_tokens', seconds * 10)], second * 1000);
        expect([undefined, 30]).toContain(ratesIn(totals)[1]);
      }
      expect(ratesIn(totals)[1]).toBe(30);
    },
  );

  test('forgets what is older than the window', () => {
    const totals = active([at(1)], [did('output_tokens', 100)], 1);
    const [look, spendings] = at(400);
    totals.add(spendings, look);
    expect(ratesIn(totals)).toEqual([undefined, undefined, undefined]);
    totals.addActivity([did('output_tokens', 600)], 401_000);
    expect(ratesIn(totals)).toEqual([undefined, 0.5, 2]);
  });

  test('says that bases are mixed', () => {
    const totals = active([at(1), at(2, { ...PACKAGE, basis: 'modelled' })], [did('requests', 3)], 2);
    expect(shown(totals).find(({ name }) => name === RATES[0])?.labels['basis']).toBe('mixed');
  });

  test.each([
    ['nothing was said of it', []],
    ['the increase is not known', [did('requests', null), did('output_tokens', null)]],
    ['an increase in the window was not known', [did('requests', 3), did('requests', null), did('requests', 3)]],
    ['the model has another name', [did('requests', 3, 'mistral'), did('requests', 3, null)]],
    ['the number is none', [did('requests', 'many'), did('output_tokens', -1)]],
  ])('is absent where %s', (_, increases) => {
    expect(ratesIn(active([at(1)], increases, 1))).toEqual([undefined, undefined, undefined]);
  });

  test('is absent where the energy is not known', () => {
    const look = lookAt(1);
    const totals = active([[look, []]], [did('requests', 3)], 1);
    expect(ratesIn(totals)).toEqual([undefined, undefined, undefined]);
  });

  test('is absent while a device that served the model does not say, and tokens without energy stay without', () => {
    const gap = lookAt(2);
    const ticks = [at(1), [gap, [silent(GPU, gap, 'driver-not-answering')]] as const];
    expect(ratesIn(active(ticks, [did('requests', 3)], 2))).toEqual([undefined, undefined, undefined]);
  });

  test('of no tokens is 0 tokens for a joule, and no joules for a token', () => {
    const totals = active([at(1)], [did('output_tokens', 0)], 1);
    expect(ratesIn(totals)).toEqual([undefined, undefined, 0]);
  });
});
