import { join } from 'node:path';

import { LocalBook } from '../../lib/adapters/local-book.ts';
import { lazyRenderers } from '../../lib/adapters/renderers.ts';
import { openWorkplace } from '../../lib/adapters/workplace.ts';
import { literal } from '../../lib/landing/warehouse.ts';
import type { Workplace } from '../../lib/pipeline/stage.ts';
import { STAGES } from '../../lib/pipeline/stages.ts';
import { readSettings } from '../../lib/settings/settings.ts';
import type { AnsweringServer } from './answering-server.ts';
import { type Answering, withServer } from './aws-server.ts';
import { edgesTo } from './live-edges.ts';
import { tempFolder } from './temp-folder.ts';
import { tinySettings } from './tiny-company.ts';

/** Where relative paths of the sources start, and the books lie. */
export const folder = tempFolder();
let books = 0;

export interface Company {
  readonly workplace: Workplace;
  readonly server: AnsweringServer;
}

/** A book whose sources ask a server of this test. */
export async function withSources<Result>(
  sources: readonly unknown[],
  answer: Answering,
  use: (company: Company) => Promise<Result>,
): Promise<Result> {
  return withServer(answer, async (server) => {
    const { now: _now, options: _options, sourceId: _id, secret: _secret, ...outside } = edgesTo(server.url);
    const workplace = openWorkplace({
      settings: readSettings(tinySettings({ sources }), 'joulebook.yaml'),
      book: new LocalBook(join(folder, `book-${++books}`)),
      base: folder,
      renderers: lazyRenderers(),
      codeVersion: 'test',
      outside,
    });
    return use({ workplace, server });
  });
}

/** Collects one source, as of a time. */
export const collectAt = ({ workplace }: Company, source_id: string, as_of: string) =>
  STAGES.collect({ source_id, month: '2026-06', as_of }, workplace);

/** Rows of a fact table after collecting, as plain values. */
export async function factsAt({ workplace }: Company, table: string, columns: string, as_of: string) {
  const run = { month: '2026-06', as_of };
  const { shards = [] } = await STAGES.plan({ stage: 'facts', ...run }, workplace);
  for (const shard of shards) await STAGES.buildFacts(shard, workplace);
  const warehouse = await workplace.openWarehouse();
  try {
    const files = await workplace.book.list(`facts/${table}/month=2026-06/`);
    const paths = await Promise.all(files.map(({ key }) => workplace.book.localPath(key)));
    if (paths.length === 0) return [];
    return await warehouse.query(
      `SELECT ${columns} FROM read_parquet([${paths.map(literal).join(', ')}]) ORDER BY ALL`,
    );
  } finally {
    await warehouse.close();
  }
}
