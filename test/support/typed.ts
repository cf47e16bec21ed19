import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';

import type { Answer, Command } from '../../bin/commands/command.ts';

/** What a command answered and printed. */
export interface Typed {
  readonly answer: Answer;
  readonly printed: string;
  readonly told: string;
}

/** Runs a command as if it had been typed, in this process. Errors come through, as they reach `bin/joulebook.ts`. */
export async function typeIn(command: Command, ...words: readonly string[]): Promise<Typed> {
  const options: ParseArgsOptionsConfig = command.options;
  const { values, positionals } = parseArgs({ args: [...words], options, allowPositionals: true });
  const printed: string[] = [];
  const told: string[] = [];
  const answer = await command.run(
    { values, positionals },
    {
      environment: {},
      isInteractive: false,
      print: (line) => void printed.push(line),
      tell: (text) => void told.push(text),
      clearLine: () => undefined,
    },
  );
  return { answer, printed: printed.join('\n'), told: told.join('') };
}
