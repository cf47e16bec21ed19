import { join, resolve } from 'node:path';

import { DuckDbWarehouse } from '../lib/adapters/duckdb-warehouse.ts';
import { LocalBook } from '../lib/adapters/local-book.ts';
import { lazyRenderers } from '../lib/adapters/renderers.ts';
import { openSettings } from '../lib/adapters/settings-file.ts';
import { openWorkplace } from '../lib/adapters/workplace.ts';
import { handlersAt } from '../lib/pipeline/handlers.ts';
import { runLocally } from '../lib/pipeline/run-locally.ts';
import { STAGES } from '../lib/pipeline/stages.ts';
import { sketchOfApp } from '../lib/stack/joulebook-app.ts';
import { hiveType } from '../lib/stack/tables.ts';
import { tempFolder } from './support/temp-folder.ts';

const MONTH = '2026-06';
const RUN = { month: MONTH, as_of: '2026-07-22T06:00:00Z' };
const SLOW_MACHINE_MS = 600_000;
const book = new LocalBook(join(tempFolder(), 'book'));

interface GlueTable {
  readonly Name: string;
  readonly StorageDescriptor: {
    readonly Location: { readonly 'Fn::Join': ['', unknown[]] };
    readonly Columns: readonly { readonly Name: string; readonly Type: string }[];
  };
}

interface Resource {
  readonly Type: string;
  readonly Properties: { readonly Name?: string; readonly QueryString?: string; readonly TableInput?: unknown };
}
const resources: Record<string, Resource> = sketchOfApp().synth().stacks[0]?.template.Resources ?? {};
const tables = Object.values(resources)
  .filter(({ Type }) => Type === 'AWS::Glue::Table')
  .map(({ Properties }) => Properties.TableInput as GlueTable);

beforeAll(async () => {
  const { settings, base } = await openSettings(resolve('example/joulebook.yaml'));
  const workplace = openWorkplace({ settings, book, base, renderers: lazyRenderers(), codeVersion: 'test' });
  await runLocally(RUN, handlersAt(workplace, STAGES), () => undefined, { until: 'ComputeKpis', limit: 2 });
}, SLOW_MACHINE_MS);

/** `facts/fct_cost/` of a table's address. */
function folderOf({ StorageDescriptor }: GlueTable): string {
  return String(StorageDescriptor.Location['Fn::Join'][1].at(-1)).replace(/^\//, '');
}

/** `name type` of each column of a file, as Athena would say it. */
async function columnsOf(key: string, warehouse: DuckDbWarehouse): Promise<string[]> {
  const path = await book.localPath(key);
  const rows = await warehouse.query('DESCRIBE SELECT * FROM read_parquet($path, hive_partitioning = false)', { path });
  return rows.map(({ column_name: name, column_type: type }) => `${name} ${hiveType(String(type))}`);
}

test.each(tables.map((table) => [table.Name, table] as const))(
  'Athena is told of %s what its files hold, column by column',
  async (_, table) => {
    const declared = table.StorageDescriptor.Columns.map(({ Name, Type }) => `${Name} ${Type}`);
    const files = await book.list(`${folderOf(table)}month=${MONTH}/`);
    expect(files.length).toBeGreaterThan(0);
    const warehouse = await DuckDbWarehouse.open();
    for (const { key } of files) expect([key, await columnsOf(key, warehouse)]).toEqual([key, declared]);
    await warehouse.close();
  },
);
