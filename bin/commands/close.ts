import { availableParallelism } from 'node:os';
import { checkOpensForWriting } from '../../lib/adapters/reachable.ts';
import { WORKING } from '../../lib/pipeline/definition.ts';
import { handlersAt } from '../../lib/pipeline/handlers.ts';
import { runLocally } from '../../lib/pipeline/run-locally.ts';
import { STAGES } from '../../lib/pipeline/stages.ts';
import { parsePeriod, secondsIso } from '../../lib/units/period.ts';
import { closeInAws } from './close-in-aws.ts';
import { CannotAnswer, type Command, isInAws, textOption, timeOption, wholeOption } from './command.ts';
import { MEMORY_PER_WORKER, openDesk } from './desk.ts';
import { progressTeller } from './progress-teller.ts';
import { tellReport } from './tell-report.ts';

/** `joulebook close`: collect, check, build facts, settle, compute and disclose one month. */
export const close: Command = {
  name: 'close',
  synopsis:
    '--month YYYY-MM [--settings joulebook.yaml] [--book DIR|s3://…] [--as-of TIME] [--until STATE] [--workers N] [--in aws [--stack NAME] [--redrive]] [--json]',
  summary: 'closes a month: from bills, host joules and grid figures to a disclosure',
  details: [
    '--book stands before the book of the settings. --as-of leaves out what landed later, and is the time on the pages.',
    '--in aws starts the month in the deployed stack (Joulebook, or --stack) and follows it, by the settings in its book;',
    '--redrive goes on with the run of the same --as-of from the state that failed.',
    `--until stops after a state: ${Object.keys(WORKING).join(', ')}.`,
  ],
  options: {
    month: { type: 'string' },
    settings: { type: 'string' },
    book: { type: 'string' },
    'as-of': { type: 'string' },
    until: { type: 'string' },
    workers: { type: 'string' },
    in: { type: 'string' },
    stack: { type: 'string' },
    redrive: { type: 'boolean' },
    json: { type: 'boolean' },
  },
  async run(typed, terminal) {
    const { month, from } = parsePeriod(textOption(typed, 'month'));
    const now = secondsIso(new Date());
    const run = { month, as_of: timeOption(typed, 'as-of', new Date(now)) };
    if (run.as_of <= from)
      throw new CannotAnswer(`Cannot close ${month} as of ${run.as_of}: expected a time after its begin, ${from}`);
    if (run.as_of > now)
      terminal.tell(
        `As of ${run.as_of}, a time to come: what lands now stands for then, and no close as of an earlier time sees it\n`,
      );
    if (isInAws(typed)) return closeInAws(run, typed, terminal);
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
