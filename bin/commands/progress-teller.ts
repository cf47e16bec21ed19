import type { Progress } from '../../lib/pipeline/progress.ts';
import type { Terminal } from './command.ts';

const WORDS: Readonly<Record<string, string>> = {
  PlanCollection: 'plan the collection',
  Collect: 'collect and check',
  PlanFacts: 'plan the facts',
  BuildFacts: 'build facts',
  PlanSettlement: 'plan the settlement',
  Settle: 'settle the ledger',
  ComputeKpis: 'compute figures',
  RaiseAlarms: 'judge the alarms',
  CheckFiles: 'check the files',
  RenderPages: 'make the pages again',
  WriteDisclosure: 'write the disclosure',
  Distribute: 'send the disclosure',
};
const BAR_WIDTH = 24;

/**
 * Tells progress: a bar that moves on a terminal, a plain line a finished stage elsewhere; remarks always on lines of their own, each once,
 * however often something is tried again.
 */
export function progressTeller(terminal: Terminal): (progress: Progress) => void {
  const line = terminal.isInteractive ? barLine : plainLine;
  const told = new Set<string>();
  return (progress) => {
    terminal.clearLine();
    const { remark } = progress;
    const words = remark && !told.has(remark) ? `${indented(remark)}\n` : '';
    if (remark) told.add(remark);
    terminal.tell(`${words}${line(progress)}`);
  };
}

function barLine(progress: Progress): string {
  return `${bar(progress)}${isDone(progress) ? '\n' : ''}`;
}

function plainLine(progress: Progress): string {
  const parts = progress.total > 1 ? `: ${progress.total} parts` : '';
  return isDone(progress) ? `${wordsOf(progress)}${parts}\n` : '';
}

function isDone({ state, done, total }: Progress): boolean {
  return state === 'succeeded' && done === total;
}

function bar(progress: Progress): string {
  const filled = progress.total === 0 ? BAR_WIDTH : Math.round((BAR_WIDTH * progress.done) / progress.total);
  return `${'█'.repeat(filled)}${'░'.repeat(BAR_WIDTH - filled)} ${wordsOf(progress)} ${progress.done}/${progress.total}`;
}

function wordsOf({ stage }: Progress): string {
  return WORDS[stage] ?? stage;
}

function indented(remark: string): string {
  return remark
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n');
}
