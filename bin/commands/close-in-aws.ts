import { CloseMachine } from '../../lib/adapters/close-machine.ts';
import type { MonthRun } from '../../lib/pipeline/stage.ts';
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
  if (typed.values['redrive']) await machine.redrive(execution);
  terminal.tell(`${execution}\n`);
  return tellReport(await machine.follow(execution, progressTeller(terminal)), machine.book, typed, terminal);
}
