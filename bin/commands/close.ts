import { availableParallelism } from 'node:os';

import { parsePeriod, secondsIso } from '../../lib/units/period.ts';
import { handlersAt } from '../../lib/pipeline/handlers.ts';
import { runLocally } from '../../lib/pipeline/run-locally.ts';
import type { DisclosureReport } from '../../lib/pipeline/stage.ts';
import { STAGES } from '../../lib/pipeline/stages.ts';
import { type Arguments, type Answer, CannotAnswer, type Command, type Terminal, textOption } from './command.ts';
import { MEMORY_PER_WORKER, openDesk } from './desk.ts';
import { progressTeller } from './progress-teller.ts';

/** `joulebook close`: collect, check, build facts, settle, compute and disclose one month. */
export const close: Command = {
  name: 'close',
  synopsis: '--month YYYY-MM [--settings joulebook.yaml] [--book DIR|s3://…] [--as-of TIME] [--until STATE] [--json]',
  summary: 'closes a month: from bills, host joules and grid figures to a disclosure',
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
    const run = { month, as_of: asOf(typed) };
    const workers = Number(textOption(typed, 'workers', String(availableParallelism())));
    const desk = await openDesk(typed, terminal, MEMORY_PER_WORKER);
    const teller = progressTeller(terminal);
    const options = { limit: workers, retryIntervalSeconds: 1 };
    const handlers = handlersAt(desk.workplace, STAGES);
    const until = typed.values['until'];
    if (typeof until === 'string') {
      await runLocally(run, handlers, teller, { ...options, until });
      return 0;
    }
    const report = await runLocally(run, handlers, teller, options);
    return tellReport(report, desk.workplace.book.location, typed, terminal);
  },
};

function asOf(typed: Arguments): string {
  const text = typed.values['as-of'];
  if (typeof text !== 'string') return secondsIso(new Date());
  const instant = new Date(text);
  if (Number.isNaN(instant.getTime())) {
    throw new CannotAnswer(`Cannot read --as-of: expected a time such as 2026-07-22T06:00:00Z, got "${text}"`);
  }
  return secondsIso(instant);
}

function tellReport(report: DisclosureReport, location: string, { values }: Arguments, terminal: Terminal): Answer {
  const folder = `${location}/${report.folder}`;
  if (values['json']) terminal.print(JSON.stringify({ ...report, folder }));
  else if (report.is_new) terminal.print(`${folder}  (${report.status}, version ${report.version})`);
  else terminal.print(`${folder}  (${report.status}; version ${report.version} stands, nothing changed)`);
  return 0;
}
