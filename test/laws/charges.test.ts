import { join } from 'node:path';

import { DuckDbWarehouse } from '../../lib/adapters/duckdb-warehouse.ts';
import { LocalBook } from '../../lib/adapters/local-book.ts';
import { buildFacts, factKey } from '../../lib/facts/build-facts.ts';
import { TABLES, wholeCost } from '../../lib/facts/columns.ts';
import { checkRows } from '../../lib/landing/check-rows.ts';
import { openLanded } from '../../lib/landing/contract.ts';
import { landedKey, type Receipt } from '../../lib/landing/receipt.ts';
import { literal, type Row, type Warehouse } from '../../lib/landing/warehouse.ts';
import { SOURCES } from '../../lib/sources/catalogue.ts';
import type { Source } from '../../lib/sources/source.ts';
import { parsePeriod } from '../../lib/units/period.ts';
import { tempFolder } from '../support/temp-folder.ts';

const LINES = 4000;
const period = parsePeriod('2026-06');
const book = new LocalBook(join(tempFolder(), 'book'));
const split = (SOURCES as readonly Source[]).flatMap((source) =>
  source.shapes.flatMap((shape) => (shape.charges ? [{ kind: source.kind, id: shape.id, source }] : [])),
);

describe.each(split)('charges of $kind, $id', ({ source, id }) => {
  test('looked at once, they give the rows that looking at every line gives', () =>
    withWarehouse(async (warehouse) => {
      const path = join(book.location, '..', `${source.kind}-${id}.parquet`);
      await warehouse.run(`COPY (${manyLines(source, id)}) TO ${literal(path)} (FORMAT parquet, ROW_GROUP_SIZE 2048)`);
      const whole = withoutCharges(source);
      const [apart, together] = [await rowsOf(source, path, 'a', warehouse), await rowsOf(whole, path, 'b', warehouse)];
      expect(apart).toHaveLength(LINES);
      expect(apart).toEqual(together);
    }));
});

/**
 * A file in the contract's own columns. In its first half each line differs from the others of its charge in one column, all columns
 * in turn, so that one that is forgotten is missed; in the second half texts are drawn at random.
 */
function manyLines(source: Source, id: string): string {
  const columns = source.shapes.find((shape) => shape.id === id)?.columns ?? [];
  const cells = columns.map(({ name, type }, index) => `(${cellOf(name, type, index)})::${type} AS ${name}`);
  const turn = `CASE WHEN range < ${LINES / 2} THEN range % ${columns.length} END AS turn`;
  return `SELECT ${cells.join(', ')} FROM (SELECT range AS n, ${turn}, hash(range) AS r FROM range(${LINES})) ORDER BY n`;
}

function cellOf(name: string, type: string, index: number): string {
  if (name.endsWith('start_date')) return "TIMESTAMP '2026-06-01' + INTERVAL (n // 40) HOUR";
  if (name.endsWith('end_date')) return "TIMESTAMP '2026-06-01 01:00:00' + INTERVAL (n // 40) HOUR";
  // What a product is follows from its SKU.
  if (name === 'product') return "CASE product_sku WHEN '' THEN MAP {} ELSE MAP {'model': product_sku || ' model'} END";
  if (type === 'DOUBLE') return `((r >> ${index % 40}) % 977)::DOUBLE / 8`;
  if (name === 'line_item_currency_code') return "'USD'";
  const values = VALUES[name] ?? ['NULL', "''", `'${name}-1'`, `'${name}-2'`];
  const drawn = `CASE (r >> ${index % 40}) % ${values.length} ${values.map((value, at) => `WHEN ${at} THEN ${value}`).join(' ')} END`;
  return `CASE WHEN turn <> ${index} THEN ${values.at(-1)} ELSE ${drawn} END`;
}

/** Values that the statements look at; the last is what most lines have. */
const VALUES: Readonly<Record<string, readonly string[]>> = {
  line_item_line_item_type: texts('SavingsPlanCoveredUsage', 'DiscountedUsage', 'RIFee', 'Fee', 'Tax', 'Usage'),
  line_item_usage_type: texts('BoxUsage:m5.large', 'EBS:VolumeUsage.gp3', 'Multi-AZUsage:db.m5.large', 'Input-Token'),
  line_item_product_code: texts('AmazonRDS', 'AmazonS3', 'ElasticMapReduce', 'AmazonBedrock'),
  bill_billing_entity: texts('AWS Marketplace', 'AWS'),
  pricing_unit: texts('Hrs', 'GB-Mo', '', '1K tokens'),
  product_instance_type: texts('m5.large', 'ml.g5.xlarge-Hosting', ''),
  tags: ["MAP {'team': 't2'}", "MAP {'user_project': 'p', 'team': 't1'}", "MAP {'team': 't1'}"],
};

function texts(...values: readonly string[]): string[] {
  return values.map(literal);
}

function withoutCharges(source: Source): Source {
  return { ...source, shapes: source.shapes.map(({ charges: _, ...shape }) => shape) };
}

/** The file's `fct_cost`, all columns but the receipt's name, in one order. */
async function rowsOf(source: Source, path: string, sha256: string, warehouse: Warehouse): Promise<Row[]> {
  const request = { source, period, options: { currency: 'USD' } };
  const shape = await openLanded(warehouse, { ...request, path });
  const { contract, provider_version } = await checkRows(warehouse, shape, { period, origin: 'input' });
  const receipt: Receipt = {
    ...{ source_id: source.kind, kind: source.kind, period: period.month, origin: 'input', bytes: 0, sha256 },
    ...{ fetched_at: '2026-07-22T06:00:00Z', extension: 'parquet', provider_version, contract },
  };
  await book.importIfAbsent(landedKey(receipt), path);
  const workloads = [{ match: { tag: { team: 't1' } }, set: { project: 'tag:project', model_id: 'fixed' } }];
  await buildFacts({ receipt, ...request, workloads }, book, warehouse);
  const files = await Promise.all(
    (['fct_cost', 'dim_charge'] as const).map(async (table) => book.localPath(factKey(table, receipt))),
  );
  const [lines = '', charges = ''] = files.map((file) => `read_parquet(${literal(file)})`);
  const names = TABLES.fct_cost.map(({ name }) => name).filter((name) => name !== 'receipt_sha256');
  return warehouse.query(`SELECT ${names.join(', ')} FROM (${wholeCost(lines, charges)}) ORDER BY ALL`);
}

async function withWarehouse(use: (warehouse: Warehouse) => Promise<void>): Promise<void> {
  const warehouse = await DuckDbWarehouse.open();
  try {
    await use(warehouse);
  } finally {
    await warehouse.close();
  }
}
