import { CloseMachine } from '../../lib/adapters/close-machine.ts';
import { StageFailed } from '../../lib/pipeline/crew.ts';
import { standingWords } from '../../lib/pipeline/redrive.ts';
import type { DisclosureReport, MonthRun } from '../../lib/pipeline/stage.ts';
import { type Answer, type Arguments, CannotAnswer, stackTyped, type Terminal } from './command.ts';
import { progressTeller } from './progress-teller.ts';
import { tellReport } from './tell-report.ts';

/** Options that only mean something where the month is closed on this machine. */
const LOCAL_OPTIONS = ['settings', 'book', 'until', 'workers'] as const;

/** `joulebook close --in aws`: starts the month in the deployed stack, or goes on with it, and follows it to its end. */
export async function closeInAws(run: MonthRun, typed: Arguments, terminal: Terminal): Promise<Answer> {
  const foreign = LOCAL_OPTIONS.find((name) => typed.values[name] !== undefined);
  if (foreign) throw new CannotAnswer(`Cannot close in AWS with --${foreign}: expected the stack's own, got another`);
  const machine = await CloseMachine.find(stackTyped(typed));
  const execution = typed.values['redrive'] ? await machine.started(run) : await machine.start(run);
  terminal.tell(`${execution}\n`);
  if (typed.values['redrive']) await redrive(execution, machine, terminal);
  const report = await machine.follow(execution, progressTeller(terminal)).catch(async (error: unknown) => {
    // What follows is worth telling; what failed matters more.
    if (error instanceof StageFailed) await tellStanding(execution, machine, terminal).catch(() => undefined);
    throw error;
  });
  const { folder }: Partial<DisclosureReport> = report;
  if (folder === undefined) return tellWatched(run, typed, terminal);
  return tellReport(report, machine.book, typed, terminal);
}

/** A run that the clock began to judge alarms ends before a disclosure. */
function tellWatched({ month, as_of }: MonthRun, { values }: Arguments, terminal: Terminal): Answer {
  terminal.print(
    values['json']
      ? JSON.stringify({ month, as_of, watched: true })
      : `${month}: alarms are judged, no disclosure is written`,
  );
  return 0;
}

/** Tells how the run stood before, and how often it has now been redriven. */
async function redrive(execution: string, machine: CloseMachine, terminal: Terminal): Promise<void> {
  await tellStanding(execution, machine, terminal);
  await machine.redrive(execution);
  await tellStanding(execution, machine, terminal);
}

async function tellStanding(execution: string, machine: CloseMachine, terminal: Terminal): Promise<void> {
  terminal.tell(`${standingWords(await machine.standing(execution))}\n`);
}
