import { type Column, FACT_TABLES, LEDGER_COLUMNS, TABLES } from '../../lib/facts/columns.ts';
import type { FactTable } from '../../lib/sources/source.ts';
import { code, page, plain, table } from './markdown.ts';

const GRAINS: Readonly<Record<FactTable, string>> = {
  fct_cost: 'charge period × resource × SKU × charge category',
  fct_energy: 'hour × resource × component × basis × workload',
  fct_activity: 'hour × workload × measure',
  fct_run: 'training or batch run',
  fct_provider_emissions: 'month × account × region × service',
  fct_grid_intensity: 'hour × zone × kind',
};

const READING = `Parquet files below \`facts/<table>/month=YYYY-MM/\` and \`ledger/month=YYYY-MM/\` of the book. A unit stands in the
column's name; times are UTC and half-open. NULL means unknown and is never zero. Facts are what sources said; the ledger is
what was settled, and every figure is a query over it ([kpi-catalogue.md](kpi-catalogue.md)). Words: [glossary.md](glossary.md).`;

/** `docs/data-dictionary.md`: every column of every table. */
export function dataDictionary(): string {
  const facts = FACT_TABLES.map((name) => section(name, GRAINS[name], TABLES[name]));
  const ledger = section('ledger', 'hour × resource × component × share × workload', LEDGER_COLUMNS);
  return page('Data dictionary', '`lib/facts/columns.ts`', [READING, ...facts, ledger]);
}

function section(name: string, grain: string, columns: readonly Column[]): string {
  const rows = columns.map(({ name: column, type, meaning }) => [code(column), code(type), plain(meaning)]);
  return `## ${name}\n\nOne row: ${grain}.\n\n${table(['column', 'type', 'meaning'], rows)}`;
}
