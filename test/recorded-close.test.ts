import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import type { Annex } from '../lib/disclosure/annex.ts';
import { lintAnnex } from '../lib/disclosure/lint.ts';
import { readText } from '../lib/landing/book.ts';
import { readQuarantine } from '../lib/landing/receipts.ts';
import { literal, type Row } from '../lib/landing/warehouse.ts';
import type { Workplace } from '../lib/pipeline/stage.ts';
import { parsePeriod } from '../lib/units/period.ts';
import { describeShared } from './support/shared.ts';
import { tempFolder } from './support/temp-folder.ts';
import { AS_OF, closeTiny, discloseTiny, tinySettings, tinyWorkplace } from './support/tiny-company.ts';

const root = tempFolder();

/** A month over one recorded bill: the path is that of the file itself, so nothing is copied. */
function workplaceOver(kind: string, path: string, name: string): Workplace {
  mkdirSync(join(root, name), { recursive: true });
  return tinyWorkplace(join(root, name), tinySettings({ sources: [{ id: 'bill', kind, path }] }));
}

async function ask(workplace: Workplace, sql: (folder: string) => string): Promise<Row[]> {
  const warehouse = await workplace.openWarehouse();
  try {
    return await warehouse.query(sql(workplace.book.location));
  } finally {
    await warehouse.close();
  }
}

const ledgerOf = (folder: string) =>
  `read_parquet(${literal(`${folder}/ledger/**/*.parquet`)}, hive_partitioning = false)`;
const totalsOf = (folder: string, month: string) =>
  `SELECT figure_id, value::DOUBLE AS value FROM read_parquet(${literal(`${folder}/kpis/month=${month}/kpis.parquet`)}) WHERE dimension IS NULL`;

describeShared(
  'the real month of October 2018, closed',
  'recorded/billing-aws/wa-labs-cur-parquet/Oct2018-WorkshopCUR-00001.snappy.parquet',
  (path) => {
    const month = '2018-10';
    const workplace = workplaceOver('aws-cur-legacy', path, 'workshop');
    beforeAll(async () => void (await closeTiny(workplace, month)));

    test('every row and every cent of the bill is in the ledger', async () => {
      const [sums] = await ask(
        workplace,
        (folder) => `SELECT sum(bill_rows)::INTEGER AS rows, sum(billed_cost)::DECIMAL(18,2)::VARCHAR AS billed,
      sum(effective_cost)::DECIMAL(18,2)::VARCHAR AS effective FROM ${ledgerOf(folder)}`,
      );
      expect(sums).toEqual({ rows: 119_307, billed: '4064.48', effective: '4195.96' });
    });

    test('energy, gaps and money without energy share the rows among them', async () => {
      const rows = await ask(
        workplace,
        (folder) => `SELECT settled_as, sum(bill_rows)::INTEGER AS rows, count(it_energy_joules) > 0 AS has_energy
      FROM ${ledgerOf(folder)} GROUP BY ALL ORDER BY ALL`,
      );
      expect(rows.map(({ settled_as, has_energy }) => [settled_as, has_energy])).toEqual([
        ['energy', true],
        ['gap', false],
        ['no_energy', false],
      ]);
      expect(rows.reduce((sum, row) => sum + Number(row['rows']), 0)).toBe(119_307);
      // 34 109 lines of use that draw nothing and 9 purchases
      expect(rows.find(({ settled_as }) => settled_as === 'no_energy')?.['rows']).toBe(34_118);
    });

    test('its figures say how much of it they cover', async () => {
      const totals = new Map(
        (await ask(workplace, (folder) => totalsOf(folder, month))).map((row) => [
          row['figure_id'],
          Number(row['value']),
        ]),
      );
      expect(totals.get('quality.coverage')).toBeGreaterThan(0.5);
      expect(totals.get('quality.coverage')).toBeLessThan(1);
      expect(totals.get('energy.facility')).toBeGreaterThan(totals.get('energy.it') ?? 0);
      expect(totals.get('quality.measured_share')).toBe(0);
    });
  },
);

describeShared(
  'the FOCUS sample of September 2024, disclosed',
  'recorded/billing-aws/focus-sample-data/focus_sample.dev.csv',
  (path) => {
    const month = '2024-09';
    const workplace = workplaceOver('focus', path, 'focus');
    let annex: Annex;
    beforeAll(async () => {
      const report = await discloseTiny(workplace, month);
      annex = JSON.parse((await readText(workplace.book, `${report.folder}annex.json`)) ?? '') as Annex;
    });

    test('billed and effective cost are the sums of the columns as written, over the rows that are not in quarantine', async () => {
      const rejected = (await readQuarantine(workplace.book, parsePeriod(month), AS_OF)).map(({ reason }) => reason);
      const lines = rejected.flatMap(({ reasons }) => reasons.map(({ row }) => row));
      expect(rejected.reduce((sum, { rows_rejected }) => sum + Number(rows_rejected), 0)).toBe(lines.length);
      const [asWritten] = await ask(
        workplace,
        () => `
      SELECT count(*)::INTEGER AS rows, sum(BilledCost::DECIMAL(28,12))::VARCHAR AS billed, sum(EffectiveCost::DECIMAL(28,12))::VARCHAR AS effective
      FROM (SELECT *, row_number() OVER () AS line FROM read_csv(${literal(path)}, all_varchar = true)) WHERE NOT list_contains([${lines.join(', ')}]::BIGINT[], line)`,
      );
      const [booked] = await ask(
        workplace,
        (folder) => `
      SELECT sum(bill_rows)::INTEGER AS rows, sum(billed_cost)::VARCHAR AS billed, sum(effective_cost)::VARCHAR AS effective FROM ${ledgerOf(folder)}`,
      );
      expect(booked).toEqual(asWritten);
      expect(asWritten).toMatchObject({ rows: 445 });
    });

    test('the disclosure passes its own lint and names what it does not know', () => {
      expect(lintAnnex(annex)).toEqual([]);
      expect(annex.gaps.length).toBeGreaterThan(0);
      expect(annex.meta.status).toBe('closed');
    });
  },
);
