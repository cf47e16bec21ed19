import { Stack } from 'aws-cdk-lib';
import { CfnNamedQuery, CfnWorkGroup } from 'aws-cdk-lib/aws-athena';
import { CfnDatabase, CfnTable } from 'aws-cdk-lib/aws-glue';
import { Construct } from 'constructs';

import { type Column, LEDGER_COLUMNS, STORED_COLUMNS, wholeCost } from '../facts/columns.ts';
import type { Book } from './book.ts';

/** Columns of `kpis.parquet`, as lib/kpis/compute-kpis.ts writes them. */
const KPI_COLUMNS: readonly Pick<Column, 'name' | 'type'>[] = [
  { name: 'figure_id', type: 'VARCHAR' },
  { name: 'label', type: 'VARCHAR' },
  { name: 'unit', type: 'VARCHAR' },
  { name: 'formula_id', type: 'VARCHAR' },
  { name: 'method', type: 'VARCHAR' },
  { name: 'includes_pue', type: 'BOOLEAN' },
  { name: 'dimension', type: 'VARCHAR' },
  { name: 'dimension_value', type: 'VARCHAR' },
  ...['value', 'numerator', 'denominator', 'u95_low', 'u95_high'].map((name) => ({ name, type: 'DECIMAL(38,12)' })),
  { name: 'scope', type: 'VARCHAR' },
  { name: 'category', type: 'VARCHAR' },
  ...['measured_ratio', 'modelled_ratio', 'filled_ratio'].map((name) => ({ name, type: 'DECIMAL(18,12)' })),
  { name: 'boundary', type: 'VARCHAR' },
  { name: 'coverage_ratio', type: 'DECIMAL(18,12)' },
  { name: 'factor_ids', type: 'VARCHAR' },
];

/** Where each table lies below the book, and what its months hold. */
const QUERIED: Readonly<Record<string, { folder: string; columns: readonly Pick<Column, 'name' | 'type'>[] }>> = {
  ...Object.fromEntries(
    Object.entries(STORED_COLUMNS).map(([table, columns]) => [table, { folder: `facts/${table}`, columns }]),
  ),
  ledger: { folder: 'ledger', columns: LEDGER_COLUMNS },
  kpis: { folder: 'kpis', columns: KPI_COLUMNS },
};

/** Questions that are not obvious from the tables; `?` is the month, `2026-06`. */
const QUERIES = {
  charges: {
    about: 'The bill rows of a month with all their columns: lines and charges lie in two tables',
    sql: `${wholeCost('fct_cost', 'dim_charge')} WHERE line.month = ? AND charge.month = ?`,
  },
} as const;

/** Facts, ledger and KPIs as tables for questions in SQL. Months are found by their names: nothing has to be crawled. */
export class Tables extends Construct {
  constructor(scope: Construct, id: string, { book }: { readonly book: Book }) {
    super(scope, id);

    const { account, stackName } = Stack.of(this);
    const database = new CfnDatabase(this, 'Database', {
      catalogId: account,
      databaseInput: {
        name: `${stackName.toLowerCase().replaceAll('-', '_')}_book`,
        description: 'The book of Joulebook',
      },
    });
    for (const [name, { folder, columns }] of Object.entries(QUERIED)) {
      new CfnTable(this, name, {
        catalogId: account,
        databaseName: database.ref,
        tableInput: parquetTable(name, `${book.address}/${folder}/`, columns),
      });
    }
    const workGroup = new CfnWorkGroup(this, 'WorkGroup', {
      name: `${stackName}-book`,
      description: 'Questions to the book of Joulebook; answers lie beside it',
      recursiveDeleteOption: true,
      workGroupConfiguration: {
        enforceWorkGroupConfiguration: true,
        publishCloudWatchMetricsEnabled: true,
        resultConfiguration: {
          outputLocation: `${book.address}/queries/`,
          encryptionConfiguration: book.key
            ? { encryptionOption: 'SSE_KMS', kmsKey: book.key.keyArn }
            : { encryptionOption: 'SSE_S3' },
        },
      },
    });
    for (const [name, { about, sql }] of Object.entries(QUERIES)) {
      const kept = new CfnNamedQuery(this, `Query-${name}`, {
        database: database.ref,
        name,
        description: about,
        queryString: sql,
        workGroup: workGroup.name,
      });
      kept.addResourceDependency(workGroup);
    }
  }
}

/** Partition projection by month (Athena user guide, «Partition projection»). */
function parquetTable(
  name: string,
  location: string,
  columns: readonly Pick<Column, 'name' | 'type'>[],
): CfnTable.TableInputProperty {
  return {
    name,
    tableType: 'EXTERNAL_TABLE',
    parameters: {
      classification: 'parquet',
      'projection.enabled': 'true',
      'projection.month.type': 'date',
      'projection.month.format': 'yyyy-MM',
      'projection.month.range': '2020-01,NOW',
      'projection.month.interval': '1',
      'projection.month.interval.unit': 'MONTHS',
      // Athena's own placeholder, not one of this text.
      'storage.location.template': `${location}month=\${month}/`,
    },
    partitionKeys: [{ name: 'month', type: 'string' }],
    storageDescriptor: {
      location,
      columns: columns.map((column) => ({ name: column.name, type: hiveType(column.type) })),
      inputFormat: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat',
      outputFormat: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat',
      serdeInfo: { serializationLibrary: 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe' },
    },
  };
}

/** A type of DuckDB as Athena writes it. Throws for one that no table has used so far. */
export function hiveType(type: string): string {
  const map = /^MAP\((\w+), (\w+)\)$/.exec(type);
  if (map) return `map<${hiveType(map[1] ?? '')},${hiveType(map[2] ?? '')}>`;
  const list = /^STRUCT\((.+)\)\[\]$/.exec(type);
  if (list) return `array<struct<${(list[1] ?? '').split(', ').map(hiveField).join(',')}>>`;
  if (/^DECIMAL\(\d+,\d+\)$/.test(type)) return type.toLowerCase();
  const plain = { VARCHAR: 'string', TIMESTAMP: 'timestamp', DOUBLE: 'double', BIGINT: 'bigint', BOOLEAN: 'boolean' }[
    type
  ];
  if (plain) return plain;
  throw new Error(`Cannot make a table for Athena: expected a type that it knows, got ${type}`);
}

/** `"since" TIMESTAMP` as `since:timestamp` */
function hiveField(field: string): string {
  const [name = '', type = ''] = field.split(' ');
  return `${name.replaceAll('"', '')}:${hiveType(type)}`;
}
