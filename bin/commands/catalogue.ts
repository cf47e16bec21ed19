import { alarms } from './alarms.ts';
import { close } from './close.ts';
import type { Command } from './command.ts';
import { doctor } from './doctor.ts';
import { gate } from './gate.ts';
import { sentenceLines, synopsisLines } from './synopsis.ts';
import { trace } from './trace.ts';
import { verify } from './verify.ts';

/** Every verb of the command line. */
export const COMMANDS: readonly Command[] = [close, verify, trace, gate, alarms, doctor];

/** What `joulebook help` prints. */
export function usage(): string {
  const lines = COMMANDS.flatMap(({ name, synopsis, summary }) => [
    ...synopsisLines(`  joulebook ${name}`, synopsis),
    ...sentenceLines('      ', summary),
  ]);
  return [
    'joulebook: the books of what AI costs in energy, carbon and money',
    '',
    ...lines,
    '',
    'joulebook VERB --help says more of one verb, joulebook --version which this is.',
    'Every verb takes --json.',
    'Exit codes: 0 done, 1 the answer is no, 2 cannot (bad input, settings, access).',
  ].join('\n');
}

/** What `joulebook close --help` prints. */
export function usageOf({ name, synopsis, summary, details = [] }: Command): string {
  return [
    ...synopsisLines(`joulebook ${name}`, synopsis),
    ...[summary, ...details].flatMap((line) => sentenceLines('  ', line)),
  ].join('\n');
}
