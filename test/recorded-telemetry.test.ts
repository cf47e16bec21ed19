import { readFileSync } from 'node:fs';

import { activity } from '../lib/sources/activity/source.ts';
import { codecarbon } from '../lib/sources/codecarbon/source.ts';
import { grid } from '../lib/sources/grid/source.ts';
import { openSource, type Reading, refusalOf, withFile } from './support/open-source.ts';
import { describeShared } from './support/shared.ts';

const PJM = { zone: 'US-MIDA-PJM', factor_kind: 'direct' };

/** What is asked of the hours of a grid file: how many, their mean, and how they came. */
async function hoursOf(reading: Omit<Reading, 'source'>) {
  const opened = await openSource({ source: grid, ...reading });
  const [row] = await opened.facts(
    'fct_grid_intensity',
    `SELECT count(*)::INTEGER AS hours, round(avg(carbon_intensity_gco2e_per_kwh), 3) AS mean, any_value(grain) AS grain,
            bool_or(is_estimated) AS is_estimated, any_value(grid_zone) AS grid_zone FROM facts`,
  );
  await opened.close();
  return { rows: opened.checked.rows_in_month, rejected: opened.checked.contract.rows_rejected, ...row };
}

describeShared('NESO, first half of 2023', 'recorded/grid/neso-uk', (folder) => {
  const path = `${folder}/neso_2023_national_intensity.dev.csv`;

  test('an hour needs both halves: five empty actuals in January cost three hours', async () => {
    expect(await hoursOf({ path, month: '2023-01' })).toMatchObject({
      rows: 1488,
      hours: 741,
      grain: 'half_hour',
      grid_zone: 'GB',
    });
  });

  test('the half hour of December has no other half', async () => {
    expect(await hoursOf({ path, month: '2022-12' })).toMatchObject({ rows: 1, hours: 0 });
  });

  test('June is whole', async () => {
    expect(await hoursOf({ path, month: '2023-06' })).toMatchObject({ rows: 1440, hours: 720, is_estimated: false });
  });

  test('the regional answer holds two single halves, and so no hour', async () => {
    const reading = { path: `${folder}/regional_response.json`, month: '2026-05' };
    expect(await hoursOf(reading)).toMatchObject({ rows: 6, rejected: 0, hours: 0 });
  });

  test('emission factors by fuel are no intensity', async () => {
    const refusal = await refusalOf({ source: grid, path: `${folder}/neso_2023_factors.json`, month: '2023-01' });
    expect(refusal).toContain('expected an entry of Electricity Maps');
  });
});

describeShared('EIA-930 of 2022, compiled for data centre research', 'recorded/grid/hpe-dc-rl-eia-2022', (folder) => {
  const path = `${folder}/PJM_NG_avgCI_2022.csv`;
  const columns = { period_start: 'timestamp', carbon_intensity: 'avg_CI' };

  test('empty cells are unknown hours: 22 of March, one of November', async () => {
    expect(await hoursOf({ path, month: '2022-03', options: PJM, columns })).toMatchObject({
      rows: 744,
      hours: 722,
      grain: 'hour',
    });
    expect(await hoursOf({ path, month: '2022-11', options: PJM, columns })).toMatchObject({ rows: 720, hours: 719 });
  });

  test('without the zone nothing is guessed', async () => {
    expect(await refusalOf({ source: grid, path, month: '2022-03', columns })).toContain(
      '`zone` and `factor_kind` in the settings',
    );
  });

  test('without the column mapping the file is refused with its own headers', async () => {
    expect(await refusalOf({ source: grid, path, month: '2022-03', options: PJM })).toContain(
      'columns timestamp, WND, SUN',
    );
  });
});

describeShared('gridemissions, July 2021', 'recorded/grid/gridemissions-eia930', (folder) => {
  const reading = { month: '2021-07', options: { ...PJM, unit: 'kgco2e_per_mwh' } };

  test('one column of a wide file is one zone', async () => {
    const columns = { period_start: 'period', carbon_intensity: 'CO2i_PJM_D' };
    const path = `${folder}/CO2i_2021-07-10_2021-07-20.csv`;
    expect(await hoursOf({ ...reading, path, columns })).toMatchObject({
      hours: 20,
      grain: 'hour',
      mean: expect.any(Number),
    });
  });

  test('kilograms of a whole zone are told from an intensity', async () => {
    const columns = { period_start: 'period', carbon_intensity: 'CO2_PJM_NG' };
    const path = `${folder}/CO2_2021-07-10_2021-07-20.csv`;
    expect(await refusalOf({ ...reading, source: grid, path, columns })).toContain('wrong unit?');
  });
});

describeShared('Kepler on an idle machine, December 2023', 'recorded/prom/kepler-model-server', (folder) => {
  const reading = { source: activity, path: `${folder}/idle.kube-system-excerpt.json`, month: '2023-12' };

  test('attributed, idle and unattributed add up to the counters of the node', async () => {
    const opened = await openSource(reading);
    const rows = await opened.facts(
      'fct_energy',
      `SELECT component, sum(energy_joules)::VARCHAR AS energy, sum(energy_joules) FILTER (share = 'idle')::VARCHAR AS idle,
              count(*) FILTER (share = 'attributed')::INTEGER AS containers, max(covered_seconds)::DOUBLE AS seconds, any_value(basis) AS basis
       FROM facts GROUP BY component ORDER BY component`,
    );
    await opened.close();
    const known = { containers: 8, seconds: 87, basis: 'measured' };
    expect(rows).toEqual([
      { ...known, component: 'cpu', energy: '9887.262000', idle: '4938.715000' },
      { ...known, component: 'gpu', energy: nodeEnergyOf(reading.path, 'gpu'), idle: '2031.675000' },
      { ...known, component: 'memory', energy: nodeEnergyOf(reading.path, 'dram'), idle: '2096.655000' },
    ]);
  });
});

interface Capture {
  readonly [metric: string]: readonly { readonly values: readonly (readonly [number, string])[] }[];
}

/** Last reading less the first, over all series of a node's counter. */
function nodeEnergyOf(path: string, part: string): string {
  const capture = JSON.parse(readFileSync(path, 'utf8')) as Capture;
  const series = capture[`kepler_node_${part}_joules_total`] ?? [];
  const increases = series.map(({ values }) => Number(values.at(-1)?.[1]) - Number(values[0]?.[1]));
  return increases.reduce((total, increase) => total + increase, 0).toFixed(6);
}

describeShared('DCGM on an L40S', 'recorded/prom/k8s-ai-conformance', (folder) => {
  const scrape = `${folder}/dcgm__upcloud__NVIDIA-L40S__driver595.58.03__scrape1.prom`;
  const month = '2026-06';

  test('a snapshot without its instant is refused, and told what to add', async () => {
    expect(await refusalOf({ source: activity, path: scrape, month })).toContain(
      '`# scraped_at 2026-06-01T00:00:00Z target=<server>`',
    );
  });

  test('with the line it is read; two snapshots make an energy', async () => {
    const text = readFileSync(scrape, 'utf8');
    const counter = /^(DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION\{.*\}) (\d+)$/m;
    const later = text.replace(counter, (_, series, millijoules) => `${series} ${Number(millijoules) + 90_000_500}`);
    const both = `# scraped_at 2026-06-01T00:45:00Z target=gpu-1\n${text}\n# scraped_at 2026-06-01T01:15:00Z target=gpu-1\n${later}`;
    const rows = await withFile('scrapes.prom', both, async (path) => {
      const opened = await openSource({ source: activity, path, month });
      const found = await opened.facts(
        'fct_energy',
        'SELECT period_start, resource_id, energy_joules, covered_seconds::DOUBLE AS seconds FROM facts',
      );
      await opened.close();
      return found;
    });
    expect(rows).toEqual([
      { period_start: '2026-06-01 00:00:00', resource_id: 'gpu-1', energy_joules: '45000.250000', seconds: 900 },
      { period_start: '2026-06-01 01:00:00', resource_id: 'gpu-1', energy_joules: '45000.250000', seconds: 900 },
    ]);
  });

  test('a vGPU guest has no energy counter, and the refusal says which counters are read', async () => {
    const path = `${folder}/dcgm__vks__GRID-A100-40C-vGPU__scrape1.prom`;
    expect(await refusalOf({ source: activity, path, month })).toContain('of energy (DCGM, Kepler)');
  });
});

describeShared('vLLM behind Triton', 'recorded/prom/triton-vllm-backend', (folder) => {
  test('token counters are read once two scrapes stand in a file', async () => {
    const text = readFileSync(`${folder}/README-sample.prom`, 'utf8');
    const later = text.replace(/^(vllm:generation_tokens_total\{.*\}) 16$/m, '$1 116');
    const both = `# scraped_at 2026-06-01T00:00:00Z target=triton\n${text}\n# scraped_at 2026-06-01T00:01:00Z target=triton\n${later}`;
    const rows = await withFile('scrapes.prom', both, async (path) => {
      const opened = await openSource({ source: activity, path, month: '2026-06' });
      const found = await opened.facts('fct_activity', 'SELECT measure, quantity, model_id FROM facts');
      await opened.close();
      return found;
    });
    expect(rows).toEqual([
      { measure: 'input_tokens', quantity: '0.000000', model_id: 'vllm_model' },
      { measure: 'output_tokens', quantity: '100.000000', model_id: 'vllm_model' },
    ]);
  });
});

describeShared('CodeCarbon', 'recorded/runs/codecarbon', (folder) => {
  test('of 32 rows five have no run; of the rest the last of each run stands', async () => {
    const opened = await openSource({ source: codecarbon, path: `${folder}/emissions.csv`, month: '2024-05' });
    const [energy] = await opened.facts(
      'fct_energy',
      "SELECT sum(energy_joules) FILTER (component = 'cpu' AND workload_id LIKE 'b9e7def2%')::DOUBLE AS joules FROM facts",
    );
    const [run] = await opened.facts(
      'fct_run',
      'SELECT count(*)::INTEGER AS runs, count(outcome)::INTEGER AS outcomes FROM facts',
    );
    await opened.close();
    expect(opened.checked.contract.rows_rejected).toBe(5);
    expect(opened.checked.rejections[0]).toMatchObject({ row: 2, column: 'run_id' });
    expect(run).toEqual({ runs: 16, outcomes: 0 });
    // 0.0012132 kWh x 3.6 MJ, and not the earlier row of the same run on top
    expect(energy?.['joules']).toBeCloseTo(4367.5, 0);
  });

  test('a file without run_id is refused, naming the column', async () => {
    const refusal = await refusalOf({
      source: codecarbon,
      path: `${folder}/emissions_invalid_headers.csv`,
      month: '2021-06',
    });
    expect(refusal).toContain('lacks run_id');
  });

  test('columns that newer versions add are no hindrance', async () => {
    const opened = await openSource({
      source: codecarbon,
      path: `${folder}/emissions_valid_headers.csv`,
      month: '2021-09',
    });
    const rows = await opened.facts('fct_energy', 'SELECT component, energy_joules FROM facts');
    await opened.close();
    expect(rows).toEqual([
      { component: 'cpu', energy_joules: '0.000000' },
      { component: 'memory', energy_joules: '2067.944334' },
    ]);
  });
});
