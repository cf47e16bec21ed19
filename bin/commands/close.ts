import { availableParallelism } from 'node:os';
import { checkOpensForWriting } from '../../lib/adapters/reachable.ts';
import { DEFINITION } from '../../lib/pipeline/definition.ts';
import { handlersAt } from '../../lib/pipeline/handlers.ts';
import { runLocally } from '../../lib/pipeline/run-locally.ts';
import type { DisclosureReport } from '../../lib/pipeline/stage.ts';
import { STAGES } from '../../lib/pipeline/stages.ts';
import { parsePeriod } from '../../lib/units/period.ts';
import {
  type Answer,
  type Arguments,
  type Command,
  type Terminal,
  textOption,
  timeOption,
  wholeOption,
} from './command.ts';
import { MEMORY_PER_WORKER, openDesk } from './desk.ts';
import { progressTeller } from './progress-teller.ts';

/** `joulebook close`: collect, check, build facts, settle, compute and disclose one month. */
export const close: Command = {
  name: 'close',
  synopsis:
    '--month YYYY-MM [--settings joulebook.yaml] [--book DIR|s3://…] [--as-of TIME] [--until STATE] [--workers N] [--json]',
  summary: 'closes a month: from bills, host joules and grid figures to a disclosure',
  details: [
    '--book stands before the book of the settings. --as-of leaves out what landed later, and is the time on the pages.',
    `--until stops after a state: ${Object.keys(DEFINITION.States).join(', ')}.`,
  ],
  options: {
    month: { type: 'string' },
    settings: { type: 'string' },
    book: { type: 'string' },
    'as-of': { type: 'string' },
    until: { type: 'string' },
    workers: { type: 'string' },
    json: { type: 'boolean' },
  },
  async run(typed, terminal) {
    const { month } = parsePeriod(textOption(typed, 'month'));
    const run = { month, as_of: timeOption(typed, 'as-of', new Date()) };
    const workers = wholeOption(typed, 'workers') ?? availableParallelism();
    const desk = await openDesk(typed, MEMORY_PER_WORKER);
    await checkOpensForWriting(desk.workplace.book, desk.bookAddress);
    const teller = progressTeller(terminal);
    const options = { limit: workers, retryIntervalSeconds: 1 };
    const handlers = handlersAt(desk.workplace, STAGES);
    const until = typed.values['until'];
    if (typeof until === 'string') {
      await runLocally(run, handlers, teller, { ...options, until });
      if (typed.values['json']) terminal.print(JSON.stringify({ ...run, until }));
      return 0;
    }
    const report = await runLocally(run, handlers, teller, options);
    return tellReport(report, desk.workplace.book.location, typed, terminal);
  },
};

function tellReport(report: DisclosureReport, location: string, { values }: Arguments, terminal: Terminal): Answer {
  const folder = `${location}/${report.folder}`;
  if (values['json']) terminal.print(JSON.stringify({ ...report, folder }));
  else if (report.is_new) terminal.print(`${folder}  (${report.status}, version ${report.version})`);
  else terminal.print(`${folder}  (${report.status}; version ${report.version} stands, nothing changed)`);
  return 0;
}
