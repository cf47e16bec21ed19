import {
  type Column,
  LEDGER_COLUMNS,
  STORED_COLUMNS,
  STORED_TABLES,
  type StoredTable,
} from '../../lib/facts/columns.ts';
import { MEASURE_MEANINGS } from '../../lib/sources/agent/measures.ts';
import { code, page, plain, table } from './markdown.ts';

const GRAINS: Readonly<Record<StoredTable, string>> = {
  fct_cost: 'charge period × charge',
  dim_charge: 'landed file × resource × SKU × charge category × tags',
  fct_energy: 'hour × resource × component × basis × workload',
  fct_activity: 'hour × workload × measure, and × bucket where the measure is counted in buckets',
  fct_run: 'training or batch run',
  fct_provider_emissions: 'month × account × region × service',
  fct_grid_intensity: 'hour × zone × kind',
};

const READING = `Parquet files below \`facts/<table>/month=YYYY-MM/\` and \`ledger/month=YYYY-MM/\` of the book. A unit stands in the
column's name; times are UTC and half-open. NULL means unknown and is never zero. Facts are what sources said; the ledger is
what was settled, and every figure is a query over it ([kpi-catalogue.md](kpi-catalogue.md)). Words: [glossary.md](glossary.md).

A bill lies in two tables ([ADR 12](adr/0012-a-bill-lies-in-lines-and-charges.md)): \`fct_cost\` has the times and amounts of each line,
\`dim_charge\` what is said of its charge. They come together by \`source_id\`, \`receipt_sha256\` and \`charge_in_file\`.`;

const COMING_TOGETHER = `How rows of one measure come together, and nothing else is right:

- **sum**: quantities add up, over hours, resources and workloads.
- **level**: \`quantity\` is NULL, so that no sum of quantities holds a level. Of several rows the least minimum, the greatest
  maximum and the mean weighted by \`level_seconds\` stand for all; the last is that of the latest hour. Levels of several resources
  stay apart.
- **buckets**: one row a bucket, \`quantity\` is the count in it. Rows with the same \`bucket_over\` and \`bucket_up_to\` add up;
  a sum over all buckets is the number of observations, whatever their bounds. Quantiles are read from sums of buckets and never
  averaged: a part of all observations took at most \`bucket_up_to\` where the sum of counts up to it, from the lowest bound on,
  reaches that part ([statement](agent/scraping.md#quantiles-of-latency)). Where servers have other bounds, their buckets overlap, and
  what is read is still true and coarser. An hour in which nothing was counted has no row.`;

/** `docs/data-dictionary.md`: every column of every table. */
export function dataDictionary(): string {
  const facts = STORED_TABLES.map((name) => section(name, GRAINS[name], STORED_COLUMNS[name]));
  const ledger = section('ledger', 'hour × resource × component × share × workload', LEDGER_COLUMNS);
  return page('Data dictionary', '`lib/facts/columns.ts`', [READING, ...facts, measures(), ledger]);
}

function measures(): string {
  const rows = Object.entries(MEASURE_MEANINGS).map(([name, { aggregation, unit, meaning }]) => [
    code(name),
    aggregation,
    unit,
    plain(meaning),
  ]);
  const header = ['measure', 'comes together as', 'unit', 'meaning'];
  return `## Measures of fct_activity\n\n${COMING_TOGETHER}\n\n${table(header, rows)}`;
}

function section(name: string, grain: string, columns: readonly Column[]): string {
  const rows = columns.map(({ name: column, type, meaning }) => [code(column), code(type), plain(meaning)]);
  return `## ${name}\n\nOne row: ${grain}.\n\n${table(['column', 'type', 'meaning'], rows)}`;
}
