import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { close } from '../../bin/commands/close.ts';
import { gate } from '../../bin/commands/gate.ts';
import { trace } from '../../bin/commands/trace.ts';
import type { Annex } from '../../lib/disclosure/annex.ts';
import { figureKey } from '../../lib/disclosure/figures.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { AS_OF, hourOf, telemetryRecord, writeCompany, writeText } from '../support/tiny-company.ts';
import { typeIn } from '../support/typed.ts';

const MONTH = '2026-06';
const example = tempFolder();
const tiny = tempFolder();
const empty = tempFolder();
const tinyBook = join(tiny, 'book');

/** Hours of a host in June, each 3.6 MJ of the workload: 1 kWh, and 1.5 with the PUE of the cellar. */
function hoursOf(workload: string, from: number, to: number, host = 'cellar-1'): string[] {
  return Array.from({ length: to - from }, (_, index) => {
    const record = telemetryRecord({
      host,
      seq: from + index + 1,
      start: hourOf(MONTH, from + index),
      shares: [{ project: 'chat', microjoules: 3_600_000_000_000 }],
    });
    return JSON.stringify({ ...record, shares: record.shares.map((share) => ({ ...share, workload_id: workload })) });
  });
}

function runOf(run_id: string, from: number, to: number, workload_id = run_id) {
  return { run_id, workload_id, outcome: 'succeeded', started_at: hourOf(MONTH, from), ended_at: hourOf(MONTH, to) };
}

/** A host that is silent from the fifth to the ninth hour of a run of ten, and runs that name other workloads. */
async function closeTinyBook(): Promise<void> {
  const billed = (hour: number) => ({ start: hourOf(MONTH, hour), resource: 'i-1', cost: 2 });
  const settings = {
    sources: [
      { id: 'bill', kind: 'aws-cur2', path: './inputs/bill' },
      { id: 'agents', kind: 'agent', path: './inputs/telemetry' },
      { id: 'grid', kind: 'grid', path: './inputs/grid', zone: 'IE', factor_kind: 'direct' },
      { id: 'runs', kind: 'runs', path: './inputs/runs' },
    ],
  };
  const grid = Array.from({ length: 720 }, (_, hour) => ({ start: hourOf(MONTH, hour), intensity: 250 }));
  const bills = { 'a.parquet': [100, 101, 102, 103, 110, 111, 130, 131, 132, 133].map(billed) };
  await writeCompany({ month: MONTH, bills, telemetry: {}, grid: { 'a.csv': grid }, settings }, tiny);
  const records = [
    ...hoursOf('before', 0, 4),
    ...hoursOf('night', 24, 29),
    ...hoursOf('night', 33, 34),
    ...hoursOf('slurm-7', 48, 50),
    ...hoursOf('slurm-8', 50, 52),
    ...hoursOf('billed', 100, 104, 'i-1'),
    ...hoursOf('half-billed', 110, 114, 'i-1'),
    ...hoursOf('quiet', 130, 132, 'i-1'),
  ];
  writeText(join(tiny, 'inputs/telemetry/all.jsonl'), `${records.join('\n')}\n`);
  const runs = [
    { ...runOf('before', 0, 4), started_at: '2026-05-31T20:00:00Z' },
    runOf('night', 24, 34),
    runOf('wb-1', 48, 50, 'slurm-7'),
    runOf('wb-2', 50, 51, 'slurm-8'),
    runOf('wb-3', 51, 52, 'slurm-8'),
    runOf('billed', 100, 104),
    runOf('half-billed', 110, 114),
    runOf('twice', 120, 121),
    runOf('quiet', 130, 134),
  ];
  writeText(join(tiny, 'inputs/runs/june.json'), JSON.stringify({ runs }));
  const may = { ...runOf('twice', 0, 1), started_at: '2026-05-10T00:00:00Z', ended_at: '2026-05-10T01:00:00Z' };
  writeText(join(tiny, 'inputs/runs/may.json'), JSON.stringify({ runs: [may, { ...may, run_id: 'may-only' }] }));
  for (const month of ['2026-05', MONTH])
    await typeIn(close, '--month', month, '--settings', join(tiny, 'joulebook.yaml'), '--as-of', AS_OF);
}

beforeAll(async () => {
  await typeIn(close, '--month', MONTH, '--settings', 'example/joulebook.yaml', '--book', example, '--as-of', AS_OF);
  await closeTinyBook();
}, 120_000);

const inExample = (...words: readonly string[]) => typeIn(gate, ...words, '--book', example);
const inTiny = (...words: readonly string[]) => typeIn(gate, ...words, '--book', tinyBook);

function inAnnex(key: string): string | null | undefined {
  const annex: Annex = JSON.parse(readFileSync(join(example, `disclosures/${MONTH}/v1/annex.json`), 'utf8'));
  return annex.figures.find((figure) => figureKey(figure) === key)?.value;
}

describe('the two runs of the example', () => {
  test('within its budget, with the number that page and trace have', async () => {
    const { answer, printed } = await inExample('--run', 'ft-code-22b-0602', '--max-kwh', '50');
    const [head = '', line = ''] = printed.split('\n');
    expect(answer).toBe(0);
    expect(head).toContain(`; ${MONTH} version 1, closed`);
    expect(line).toMatch(/^within: energy\.facility\{workload_id=ft-code-22b-0602\} /);
    const value = inAnnex('energy.facility{workload_id=ft-code-22b-0602}');
    expect(line).toContain(` ${value} kWh, 90.1 % of the budget of 50 kWh; 95 % from 42.`);
    const where = ['--month', MONTH, '--where', 'workload_id=ft-code-22b-0602', '--book', example];
    const traced = await typeIn(trace, 'energy.facility', ...where);
    expect(traced.printed).toContain(`  ${value} kWh; `);
  });

  test('its own energy alone: not that of the failed run before it', async () => {
    const { answer } = await inExample('--run', 'ft-code-22b-0602', '--max-kwh', '69');
    expect(inAnnex('kpi.energy_to_solution{workload_id=ft-code-22b-0602}')).toMatch(/^70\.6/);
    expect(answer).toBe(0);
  });

  test('a failed run has a budget too; over in one is over, and where the interval spans it, that is said', async () => {
    const budgets = ['--max-kwh', '25', '--max-kgco2e', '10', '--max-cost', '10'];
    const { answer, printed } = await inExample('--run', 'ft-code-22b-0601', ...budgets);
    const [head = '', energy, carbon, money] = printed.split('\n');
    expect(answer).toBe(1);
    expect(head).toContain('ft-code-22b-0601: failed, ');
    expect(energy).toMatch(/^over: energy\.facility\{.* 102\.2 % .* which spans the budget: the value decides; /);
    expect(carbon).toMatch(
      /^within: kpi\.carbon_per_run\{.* 3\.140951694 kgCO2e per run, 31\.4 % of the budget of 10 kgCO2e; /,
    );
    expect(money).toMatch(/^cannot say: cost\.effective\{.* is not known, budget 10 USD; no bill /);
  });

  test('as JSON', async () => {
    const { answer, printed } = await inExample('--run', 'ft-code-22b-0602', '--max-kwh', '45', '--json');
    const [budget] = JSON.parse(printed).budgets;
    expect([answer, JSON.parse(printed).answer]).toEqual([1, 1]);
    expect(budget).toMatchObject({ verdict: 'over', share_percent: '100.2', budget: '45', coverage_ratio: '1' });
  });
});

describe('what is not known is never zero', () => {
  test('a run that nobody knows: exit code 2 with the nearest names', async () => {
    await expect(inExample('--run', 'ft-code-22b-062', '--max-kwh', '50')).rejects.toThrow(
      /^Cannot judge ft-code-22b-062: expected a run that ended in a disclosed month, got .*\(2\):\n {2}ft-code-22b-0602\n {2}ft-code-22b-0601$/,
    );
    await expect(inTiny('--run', 'wb', '--max-kwh', '50')).rejects.toThrow(/ \(5 of 10\):(\n {2}\S+){5}$/);
  });

  test('hours in which its host was silent: within is not said, over is', async () => {
    const within = await inTiny('--run', 'night', '--max-kwh', '20', '--max-kgco2e', '20');
    expect(within.answer).toBe(2);
    const [, energy, carbon] = within.printed.split('\n');
    expect(energy).toMatch(
      /^cannot say: energy\.facility\{workload_id=night\} 9 kWh, 45\.0 % .*; coverage 0\.6; .* below 0\.95/,
    );
    expect(carbon).toMatch(/^cannot say: kpi\.carbon_per_run\{workload_id=night\} .*; coverage 0\.6; /);
    expect((await inTiny('--run', 'night', '--max-kwh', '8')).answer).toBe(1);
  });

  test('hours of a silent host that its bill models, though no figure of the run says so', async () => {
    const { answer, printed } = await inTiny('--run', 'quiet', '--max-kwh', '100');
    expect([answer, printed]).toEqual([2, expect.stringContaining('; coverage 0.5; ')]);
    const where = ['--month', MONTH, '--where', 'workload_id=quiet', '--book', tinyBook];
    expect((await typeIn(trace, 'energy.facility', ...where)).printed).toContain('; coverage 1\n');
  });

  test('what it used before the month', async () => {
    const { answer, printed } = await inTiny('--run', 'before', '--max-kwh', '20');
    expect([answer, printed]).toEqual([2, expect.stringContaining('; coverage 0.5; ')]);
  });

  test('a run without energy, and one whose workload others name too', async () => {
    const lost = await inTiny('--run', 'twice', '--max-kwh', '20');
    expect([lost.answer, lost.printed]).toEqual([2, expect.stringContaining('stands under the workload twice')]);
    const shared = await inTiny('--run', 'wb-2', '--max-kwh', '20');
    expect([shared.answer, shared.printed]).toEqual([
      2,
      expect.stringContaining("nor is that of slurm-8 this run's alone"),
    ]);
  });

  test('a bill that names half of its hours', async () => {
    const whole = await inTiny('--run', 'billed', '--max-cost', '8', '--max-kwh', '100');
    expect([whole.answer, whole.printed]).toEqual([
      0,
      expect.stringMatching(/within: cost\.effective\{workload_id=billed\} 7\.9\d+ USD, 99\.\d % .*; coverage 1$/),
    ]);
    const half = await inTiny('--run', 'half-billed', '--max-cost', '8');
    expect([half.answer, half.printed]).toEqual([
      2,
      expect.stringMatching(/ 3\.9\d+ USD, .*; no interval; coverage 0\.5; coverage is below 0\.95/),
    ]);
  });
});

describe("which figures are a run's", () => {
  test('those of the workload that it names, which is said', async () => {
    const { answer, printed } = await inTiny('--run', 'wb-1', '--max-kwh', '3', '--max-kgco2e', '1');
    expect(answer).toBe(0);
    expect(printed).toMatch(/^run wb-1, its workload slurm-7: succeeded, /);
    expect(printed).toContain('within: energy.facility{workload_id=slurm-7} 3 kWh, 100.0 % ');
    expect(printed).toContain('within: kpi.carbon_per_run{workload_id=wb-1} 0.75 kgCO2e per run, 75.0 % ');
  });

  test('those of the newest month that knows it, or of the one that is asked for', async () => {
    const month = async (...words: readonly string[]) => {
      const { printed } = await inTiny('--run', 'twice', '--max-kwh', '1', '--json', ...words);
      return JSON.parse(printed).month;
    };
    expect([await month(), await month('--month', '2026-05')]).toEqual([MONTH, '2026-05']);
    await expect(inTiny('--run', 'may-only', '--max-kwh', '1', '--month', MONTH)).rejects.toThrow(
      'Cannot judge may-only: expected a run that ended in 2026-06, got one that ended in 2026-05',
    );
    await expect(inTiny('--run', 'may-only', '--max-kwh', '1', '--month', '2026-07')).rejects.toThrow(
      /expected a disclosure of 2026-07 in .*, got those of 2026-06, 2026-05; close the month first$/,
    );
    const { printed } = await inTiny('--run', 'may-only', '--max-kwh', '1');
    expect(printed).toMatch(/; 2026-05 version 1, preliminary \(source bill: gave nothing for the month/);
  });

  test('none where the book holds no disclosure', async () => {
    await expect(typeIn(gate, '--run', 'a', '--max-kwh', '1', '--book', empty)).rejects.toThrow(
      /^Cannot judge a: expected a disclosure of a month in .*, got none; close the month first$/,
    );
  });
});

describe('a book that is not as it was disclosed', () => {
  const changed = tempFolder();
  beforeEach(() => cpSync(example, changed, { recursive: true }));
  const judged = () => typeIn(gate, '--run', 'ft-code-22b-0602', '--max-kwh', '50', '--book', changed);

  test('settled again since: the disclosure says another number', async () => {
    const annex = join(changed, `disclosures/${MONTH}/v1/annex.json`);
    writeFileSync(annex, readFileSync(annex, 'utf8').replaceAll('45.069634616882', '44.069634616882'));
    await expect(judged()).rejects.toThrow(
      /^Cannot judge ft-code-22b-0602: .* got one that has 45\.069634616882 kWh of the run, where it says 44\.0696\d+ kWh; close 2026-06 again$/,
    );
  });

  test('without its ledger, or with half an annex', async () => {
    rmSync(join(changed, 'ledger'), { recursive: true });
    await expect(judged()).rejects.toThrow(/^Cannot /);
    writeFileSync(join(changed, `disclosures/${MONTH}/v1/annex.json`), '{ "meta": {');
    await expect(judged()).rejects.toThrow(/^Cannot judge .*\/v1\/, got none that can be read$/);
  });
});

describe('what is typed', () => {
  test.each(['0', '0.00', '-1', '1e3', '1,5', '50kWh', 'NaN', '.5', ''])(
    'a budget of "%s" is refused',
    async (typed) => {
      await expect(inExample('--run', 'ft-code-22b-0602', `--max-kwh=${typed}`)).rejects.toThrow(
        `Cannot read --max-kwh: expected a decimal above 0 such as 12.5, got "${typed}"`,
      );
    },
  );

  test('no budget, no run and no month are refused in words', async () => {
    await expect(inExample('--run', 'a')).rejects.toThrow(
      'expected at least one of --max-kwh, --max-kgco2e, --max-cost',
    );
    await expect(inExample('--max-kwh', '1')).rejects.toThrow('Cannot go on without --run');
    await expect(inExample('--run', 'a', '--max-kwh', '1', '--month', 'June')).rejects.toThrow(/^Cannot read /);
  });
});
