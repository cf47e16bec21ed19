import { CloseMachine } from '../../lib/adapters/close-machine.ts';
import { StageFailed } from '../../lib/pipeline/crew.ts';
import { reasonOf } from '../../lib/pipeline/handlers.ts';
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
    if (error instanceof StageFailed && !isOvertaken(error.cause))
      await tellStanding(execution, machine, terminal).catch(() => undefined);
    throw error;
  });
  const { folder, failure }: Partial<DisclosureReport> & { readonly failure?: Failure } = report;
  if (folder === undefined) return tellWatched(run, failure, { typed, terminal });
  return tellReport(report, machine.book, typed, terminal);
}

/** A run that another one overtook fails again when it is redriven: its own words say what to do. */
function isOvertaken(cause: unknown): boolean {
  return cause instanceof Error && cause.name === 'Overtaken';
}

/** What a state that failed leaves in the run's answer (lib/stack/steps.ts). */
interface Failure {
  readonly Error: string;
  readonly Cause: string;
}

/**
 * A run that the clock began to judge alarms ends before a disclosure; one that was overtaken has judged none (lib/stack/overtaking.ts).
 * Throws `CannotAnswer` where the stage that judges failed: it stops no run.
 */
function tellWatched(
  { month, as_of }: MonthRun,
  failure: Failure | undefined,
  { typed, terminal }: { readonly typed: Arguments; readonly terminal: Terminal },
): Answer {
  const wasOvertaken = failure?.Error === 'Overtaken';
  if (failure && !wasOvertaken) {
    const reason = reasonOf({ source_id: '', error: failure.Error, cause: failure.Cause });
    throw new CannotAnswer(`Cannot judge the alarms of ${month}: ${reason}; no disclosure is written`);
  }
  const words = wasOvertaken
    ? 'a run of a later time has begun and judges the alarms, no disclosure is written'
    : 'alarms are judged, no disclosure is written';
  terminal.print(
    typed.values['json'] ? JSON.stringify({ month, as_of, watched: !wasOvertaken }) : `${month}: ${words}`,
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
