import { join } from 'node:path';

import { handlersAt } from '../lib/pipeline/handlers.ts';
import { runLocally } from '../lib/pipeline/run-locally.ts';
import type { Collection } from '../lib/pipeline/stage.ts';
import { STAGES } from '../lib/pipeline/stages.ts';
import { annexOf } from '../lib/pipeline/write-disclosure.ts';
import { tempFolder } from './support/temp-folder.ts';
import { AS_OF, discloseTiny, oneHour, tinySettings, tinyWorkplace, writeCompany } from './support/tiny-company.ts';

const MONTH = '2026-06';
const LATER = '2026-07-23T06:00:00Z';
const root = tempFolder();

beforeAll(() => writeCompany(oneHour(MONTH), root));

/** A worker that is killed, or whose book does not answer: it can write no word of its own. */
function dying(handlers: ReturnType<typeof handlersAt>) {
  return {
    ...handlers,
    collect: async (input: Collection) => {
      if (input.source_id !== 'agents') return handlers.collect(input);
      throw Object.assign(new Error('RequestId: 1 Error: Runtime exited with error: signal: killed'), {
        name: 'Lambda.Unknown',
      });
    },
  };
}

test('a source whose collection is killed makes the month preliminary, though it gave files before', async () => {
  const workplace = tinyWorkplace(root, tinySettings(), join(root, 'killed'));
  expect(await discloseTiny(workplace, MONTH, AS_OF)).toMatchObject({ status: 'closed' });
  const run = { month: MONTH, as_of: LATER };
  const killed = await runLocally(run, dying(handlersAt(workplace, STAGES)), () => undefined);
  expect(killed).toMatchObject({ version: 2, status: 'preliminary' });
  expect((await annexOf(MONTH, 2, workplace.book))?.meta.status_reasons).toEqual([
    'source agents: lacks the files that it has had since it was last read: they could not be read to the end',
  ]);
  const again = await runLocally(run, handlersAt(workplace, STAGES), () => undefined);
  expect(again).toMatchObject({ version: 3, status: 'restated' });
});
