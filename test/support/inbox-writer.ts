/** A process of its own that collects an inbox of agents: `node inbox-writer.ts INBOX BOOK WRITES`; it is killed in place of the next write. */
import { DuckDbWarehouse } from '../../lib/adapters/duckdb-warehouse.ts';
import { FolderOrigin } from '../../lib/adapters/folder-origin.ts';
import { putTogether } from '../../lib/adapters/put-together.ts';
import { collect } from '../../lib/landing/collect.ts';
import { PACK } from '../../lib/landing/pack.ts';
import { agent } from '../../lib/sources/agent/source.ts';
import { parsePeriod } from '../../lib/units/period.ts';
import { DyingBook } from './dying-book.ts';

const [inbox = '', root = '', writes = ''] = process.argv.slice(2);
const warehouse = await DuckDbWarehouse.open();
const request = {
  sourceId: 'agents',
  source: agent,
  period: parsePeriod('2026-06'),
  asOf: '2026-07-22T06:00:00Z',
  options: {},
  pack: { ...PACK, fewest: 16 },
};
const book = new DyingBook(root, Number(writes));
await collect(request, { book, origin: new FolderOrigin(inbox, { base: inbox }), warehouse, putTogether });
await warehouse.close();
