#!/usr/bin/env -S node --experimental-import-text --no-warnings
import { parseArgs } from 'node:util';

import { COMMANDS, usage } from './commands/catalogue.ts';
import { type Answer, CannotAnswer, type Terminal } from './commands/command.ts';

/** Exit codes (DESIGN §7): 0 done, 1 the answer is no, 2 cannot. */
process.exitCode = await main(process.argv.slice(2), {
  // biome-ignore lint/style/noProcessEnv: the command line is where the environment enters
  environment: process.env,
  isInteractive: process.stderr.isTTY === true,
  print: (text) => void process.stdout.write(`${text}\n`),
  tell: (text) => void process.stderr.write(text),
});

async function main([verb = 'help', ...rest]: readonly string[], terminal: Terminal): Promise<Answer> {
  const command = COMMANDS.find(({ name }) => name === verb);
  if (!command) {
    const isHelp = ['help', '--help', '-h'].includes(verb);
    terminal.tell(isHelp ? '' : `Cannot run "${verb}": expected one of ${COMMANDS.map(({ name }) => name).join(', ')}\n\n`);
    terminal.print(usage());
    return isHelp ? 0 : 2;
  }
  try {
    const { values, positionals } = parseArgs({ args: rest, options: command.options, allowPositionals: true });
    return await command.run({ values, positionals }, terminal);
  } catch (error) {
    return explain(error, terminal);
  }
}

/** Foreseen errors are told in one line; anything else keeps its stack, for whoever mends it. */
function explain(error: unknown, terminal: Terminal): Answer {
  if (!(error instanceof Error)) throw error;
  const isForeseen =
    error instanceof CannotAnswer || /^Cannot /.test(error.message) || 'code' in error || error instanceof RangeError;
  terminal.tell(`${isForeseen ? error.message : (error.stack ?? error.message)}\n`);
  return 2;
}
