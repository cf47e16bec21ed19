import { parseArgs } from 'node:util';

import { removeFolders } from '../lib/adapters/process-folder.ts';
import { CODE_VERSION } from '../lib/adapters/workplace.ts';
import { COMMANDS, usage, usageOf } from './commands/catalogue.ts';
import { type Answer, CannotAnswer, type Command, type Terminal } from './commands/command.ts';
import { visible } from './commands/visible.ts';

/** A reader that has seen enough (`| head`) closes the pipe: the work goes on, and its answer stays the exit code. */
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE' || error.code === 'ERR_STREAM_DESTROYED') return;
    process.stderr.write(`Cannot write the answer: expected room for it, got ${error.message}\n`);
    process.exit(2);
  });

/** What a command has unpacked and spilled goes with it, also where it is stopped; then the signal does what it does. */
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.once(signal, () => {
    removeFolders();
    process.kill(process.pid, signal);
  });

const isInteractive = process.stderr.isTTY === true;

/** Exit codes: 0 done, 1 the answer is no, 2 cannot. */
process.exitCode = await main(process.argv.slice(2), {
  // biome-ignore lint/style/noProcessEnv: the command line is where the environment enters
  environment: process.env,
  isInteractive,
  print: (text) => void process.stdout.write(`${visible(text)}\n`),
  tell: (text) => void process.stderr.write(visible(text)),
  clearLine: () => void (isInteractive && process.stderr.write('\r\u001b[K')),
});

async function main([verb = 'help', ...rest]: readonly string[], terminal: Terminal): Promise<Answer> {
  if (verb === '--version' || verb === '-v') return answer(CODE_VERSION, terminal);
  if (['help', '--help', '-h'].includes(verb)) return help(rest, terminal);
  const command = COMMANDS.find(({ name }) => name === verb);
  if (!command) return unknownVerb(verb, terminal);
  try {
    return await run(command, rest, terminal);
  } catch (error) {
    return explain(error, terminal);
  }
}

async function run(command: Command, rest: readonly string[], terminal: Terminal): Promise<Answer> {
  const options = { ...command.options, help: { type: 'boolean', short: 'h' } } as const;
  try {
    const parsed = parseArgs({ args: [...rest], options, allowPositionals: true, tokens: true });
    const { values, positionals } = parsed;
    if (values.help) return answer(usageOf(command), terminal);
    refuseEmpty(values);
    refuseTwice(
      parsed.tokens.flatMap((token) => (token.kind === 'option' ? [token.name] : [])),
      command,
    );
    if (!command.takesArgument && positionals.length > 0)
      throw new TypeError(`Unexpected argument '${positionals[0]}'`);
    return await command.run({ values, positionals }, terminal);
  } catch (error) {
    if (!isMistyped(error)) throw error;
    const [first] = error.message.split('. ');
    throw new CannotAnswer(`Cannot run ${command.name}: ${first}\n\n${usageOf(command)}`);
  }
}

/** `--book "$BOOK"` with a variable that nobody set would mean the folder one happens to stand in. */
function refuseEmpty(values: Readonly<Record<string, unknown>>): void {
  const empty = Object.entries(values).find(([, value]) => value === '');
  if (empty) throw new CannotAnswer(`Cannot read --${empty[0]}: expected a value, got an empty text`);
}

/** Of two months the parser takes the last, and nobody who typed both is told. */
function refuseTwice(typed: readonly string[], { options }: Command): void {
  const twice = typed.find((name, index) => typed.indexOf(name) < index && options[name]?.multiple !== true);
  if (twice) throw new CannotAnswer(`Cannot read --${twice}: expected it once, got it several times`);
}

/** What `parseArgs` throws, and the one case that it leaves to us. */
function isMistyped(error: unknown): error is Error {
  if (!(error instanceof TypeError)) return false;
  return (
    ('code' in error && String(error.code).startsWith('ERR_PARSE_ARGS')) ||
    error.message.startsWith('Unexpected argument')
  );
}

function help(words: readonly string[], terminal: Terminal): Answer {
  const [verb] = words.filter((word) => !['--help', '-h'].includes(word));
  const command = COMMANDS.find(({ name }) => name === verb);
  if (verb && !command) return unknownVerb(verb, terminal);
  return answer(command ? usageOf(command) : usage(), terminal);
}

function unknownVerb(verb: string, terminal: Terminal): Answer {
  terminal.tell(`Cannot run "${verb}": expected one of ${COMMANDS.map(({ name }) => name).join(', ')}\n\n${usage()}\n`);
  return 2;
}

function answer(text: string, terminal: Terminal): Answer {
  terminal.print(text);
  return 0;
}

/** Foreseen errors are told in their own words; anything else keeps its stack, for whoever mends it. */
function explain(error: unknown, terminal: Terminal): Answer {
  if (!(error instanceof Error)) throw error;
  const isForeseen =
    error instanceof CannotAnswer ||
    error.message.startsWith('Cannot ') ||
    'code' in error ||
    error instanceof RangeError;
  const words = isForeseen ? error.message : (error.stack ?? error.message);
  terminal.clearLine();
  terminal.tell(`${words}\n`);
  return 2;
}
