/** One stage in a process of its own: `node run-stage.ts STAGE SETTINGS INPUT`; prints the answer as JSON. */

import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { LocalBook } from '../../lib/adapters/local-book.ts';
import { lazyRenderers } from '../../lib/adapters/renderers.ts';
import { openWorkplace } from '../../lib/adapters/workplace.ts';
import type { Stages } from '../../lib/pipeline/handlers.ts';
import { STAGES } from '../../lib/pipeline/stages.ts';
import { readSettings } from '../../lib/settings/settings.ts';

const [, , stage = '', path = '', input = '{}'] = process.argv;
const settings = readSettings(JSON.parse(readFileSync(path, 'utf8')), path);
const base = dirname(path);
const workplace = openWorkplace({
  settings,
  book: new LocalBook(join(base, 'book')),
  base,
  renderers: lazyRenderers(),
  codeVersion: 'bench',
});
const call = STAGES[stage as keyof Stages] as (input: unknown, at: typeof workplace) => Promise<unknown>;
process.stdout.write(`${JSON.stringify(await call(JSON.parse(input), workplace))}\n`);
