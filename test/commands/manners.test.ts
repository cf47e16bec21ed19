import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { COMMANDS, usage, usageOf } from '../../bin/commands/catalogue.ts';
import { close } from '../../bin/commands/close.ts';
import { nearest } from '../../bin/commands/nearest.ts';
import { progressTeller } from '../../bin/commands/progress-teller.ts';
import { CODE_VERSION } from '../../lib/adapters/workplace.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { hourOf, writeCompany, writeText } from '../support/tiny-company.ts';
import { typeIn } from '../support/typed.ts';

const MONTH = '2026-06';
const folder = tempFolder();
const settings = join(folder, 'joulebook.yaml');

/** The command as a shell starts it. */
function joulebook(...words: readonly string[]) {
  const node = ['--experimental-import-text', '--no-warnings', 'bin/joulebook.ts'];
  const { status, stdout, stderr } = spawnSync(process.execPath, [...node, ...words], {
    encoding: 'utf8',
    cwd: join(__dirname, '../..'),
  });
  return { status, stdout, stderr };
}

const JOULEBOOK = 'node --experimental-import-text --no-warnings bin/joulebook.ts';

/** What a shell makes of a line with redirections. */
function inBash(line: string) {
  const { status, stdout, stderr } = spawnSync('bash', ['-o', 'pipefail', '-c', line], {
    encoding: 'utf8',
    cwd: join(__dirname, '../..'),
    // biome-ignore lint/style/noProcessEnv: a shell finds its programs by the environment
    env: { ...process.env, PATH: `${dirname(process.execPath)}:${process.env['PATH']}` },
  });
  return { status, stdout, stderr };
}

beforeAll(async () => {
  await writeCompany(
    { month: MONTH, bills: { 'a.parquet': [{ start: hourOf(MONTH, 1), resource: 'i-1' }] }, telemetry: {}, grid: {} },
    folder,
  );
  writeText(join(folder, 'inputs/bill/torn.parquet'), 'PAR1 and no more');
});

describe('the shell sees', () => {
  test('the version', () => {
    expect(joulebook('--version')).toEqual({ status: 0, stdout: `${CODE_VERSION}\n`, stderr: '' });
  });

  test('the answer also where nobody reads on: a closed pipe is no answer', () => {
    expect(inBash(`${JOULEBOOK} frobnicate 2>&1 | true`).status).toBe(2);
  });

  test('settings that come through a pipe', () => {
    const { stdout, stderr } = inBash(`${JOULEBOOK} doctor --book '${folder}/book' --settings <(cat '${settings}')`);
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^fine +settings: \S+ is valid: 3 sources, 1 site/m);
  });

  test('that the answer could not be written, with exit code 2', () => {
    const node = ['--experimental-import-text', '--no-warnings', 'bin/joulebook.ts', 'help'];
    const full = openSync('/dev/full', 'w');
    const { status, stderr } = spawnSync(process.execPath, node, {
      encoding: 'utf8',
      cwd: join(__dirname, '../..'),
      stdio: ['ignore', full, 'pipe'],
    });
    closeSync(full);
    expect(stderr).toMatch(/^Cannot write the answer: expected room for it, got ENOSPC/);
    expect(status).toBe(2);
  });

  test('the help of one verb on stdout, with exit code 0', () => {
    const { status, stdout, stderr } = joulebook('close', '--help');
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^joulebook close --month YYYY-MM /);
  });

  test.each([
    ['an unknown verb', ['frobnicate'], /^Cannot run "frobnicate": expected one of close, verify, /],
    [
      'an unknown option',
      ['verify', '--fast'],
      /^Cannot run verify: Unknown option '--fast'\n\njoulebook verify DISCLOSURE \[--json\]\n/,
    ],
    ['a word too many', ['close', '2026-06'], /^Cannot run close: Unexpected argument '2026-06'\n\njoulebook close /],
    [
      'an option of a deployed stack where none is meant',
      ['close', '--month', MONTH, '--redrive'],
      /^Cannot take --redrive here: expected --in aws beside it\n$/,
    ],
    ['another cloud', ['close', '--month', MONTH, '--in', 'azure'], /^Cannot read --in: expected aws, got "azure"\n$/],
    ['no month', ['close'], /^Cannot go on without --month\n$/],
    [
      'a month that no calendar has',
      ['close', '--month', '2026-13'],
      /^Cannot read a month: expected YYYY-MM such as 2026-06, got "2026-13"\n$/,
    ],
    [
      'a month of the year 0',
      ['close', '--month', '0000-01'],
      /^Cannot read a month: expected 1970-01 to 9998-12, got "0000-01"\n$/,
    ],
    [
      'a month whose end no calendar of four digits has',
      ['close', '--month', '9999-12', '--as-of', '9999-12-31T23:59:59Z'],
      /^Cannot read a month: expected 1970-01 to 9998-12, got "9999-12"\n$/,
    ],
    [
      'a month that is still to come',
      ['close', '--month', '9876-05'],
      /^Cannot close 9876-05 as of .*: expected a time after its begin, 9876-05-01T00:00:00Z\n$/,
    ],
    [
      'a book in a variable that nobody set',
      ['close', '--month', '2026-06', '--book', ''],
      /^Cannot read --book: expected a value, got an empty text\n$/,
    ],
    [
      'two months',
      ['close', '--month', '2026-06', '--month=2026-07'],
      /^Cannot read --month: expected it once, got it several times\n$/,
    ],
    [
      'a folder for the settings',
      ['close', '--month', MONTH, '--settings', '/'],
      /^Cannot read the settings \/: expected a readable YAML file, got a folder\n$/,
    ],
    [
      'settings that are not there',
      ['doctor', '--settings', '/nowhere.yaml'],
      /^Cannot read the settings \/nowhere\.yaml: expected a readable YAML file, got nothing there\n$/,
    ],
    [
      'settings without an end',
      ['close', '--month', MONTH, '--settings', '/dev/zero'],
      /^Cannot read the settings \/dev\/zero: expected a YAML file of at most 8 MiB, got more\n$/,
    ],
    [
      'nothing to verify',
      ['verify', '/nowhere/disclosures/2026-06/v1'],
      /^Cannot verify \/nowhere\/disclosures\/2026-06\/v1\/: expected a disclosure, got nothing\n$/,
    ],
  ])('%s: words on stderr, nothing on stdout, exit code 2', (_, words, expected) => {
    const { status, stdout, stderr } = joulebook(...words);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(expected);
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  test('a typo in the settings, with the word that is not known', () => {
    const typo = join(folder, 'typo.yaml');
    writeFileSync(
      typo,
      'organisation: { name: X, consolidation: operational_control }\ncurrency: USD\nidel: node\nsources: [{ id: a, kind: grid, path: . }]\n',
    );
    const { status, stderr } = joulebook('close', '--month', MONTH, '--settings', typo);
    expect(status).toBe(2);
    expect(stderr).toMatch(/^Cannot read the settings .*typo\.yaml:\n.*"idel"/);
  });
});

describe('close', () => {
  test('tells stages and remarks on plain lines, and answers with one line of JSON', async () => {
    const { answer, printed, told } = await typeIn(
      close,
      '--month',
      MONTH,
      '--settings',
      settings,
      '--as-of',
      '2026-07-22T06:00:00Z',
      '--json',
    );
    expect(answer).toBe(0);
    expect(JSON.parse(printed)).toMatchObject({
      version: 1,
      status: 'preliminary',
      folder: join(folder, `book/disclosures/${MONTH}/v1/`),
    });
    expect(told).toMatch(/^plan the collection\n/);
    expect(told).toMatch(/^ {2}bill\/torn\.parquet: found .*, expected a whole, readable file$/m);
    expect(told).not.toContain('\u001b');
  });

  test('into a place that cannot be written says so in one line, before any work', async () => {
    mkdirSync(join(folder, 'taken'));
    writeFileSync(join(folder, 'taken/book'), 'a file');
    const places = ['taken/book', 'taken/book/below'].map((path) => join(folder, path));
    for (const place of [...places, ...(existsSync('/proc/self') ? ['/proc/book'] : [])]) {
      await expect(typeIn(close, '--month', MONTH, '--settings', settings, '--book', place)).rejects.toThrow(
        /^Cannot write the book \/.*: expected a folder that can be written, got (a file|nothing there)$/,
      );
    }
  });

  test('as of a time to come says what that means, before any work', async () => {
    const month = ['--month', MONTH, '--settings', settings, '--until', 'PlanCollection'];
    const { told } = await typeIn(close, ...month, '--as-of', '9999-07-22T06:00:00Z');
    expect(told).toMatch(/^As of 9999-07-22T06:00:00Z, a time to come: what lands now stands for then/);
  });

  test('after --until answers in JSON too', async () => {
    const { printed } = await typeIn(
      close,
      '--month',
      MONTH,
      '--settings',
      settings,
      '--until',
      'PlanCollection',
      '--json',
      '--as-of',
      '2026-07-22T06:00:00Z',
    );
    expect(JSON.parse(printed)).toEqual({ month: MONTH, as_of: '2026-07-22T06:00:00Z', until: 'PlanCollection' });
  });

  test.each([
    ['--workers', 'many', /^Cannot read --workers: expected a whole number of at least 1, got "many"$/],
    ['--as-of', 'tomorrow', /^Cannot read --as-of: expected a time such as .*, got "tomorrow"$/],
    ['--as-of', '2026-07-22T06:00:00', /^Cannot read --as-of: expected a time such as .*, got "2026-07-22T06:00:00"$/],
    ['--as-of', '1', /^Cannot read --as-of: expected a time such as .*, got "1"$/],
    ['--as-of', '2026-05-31', /^Cannot close 2026-06 as of 2026-05-31T00:00:00Z: expected a time after its begin/],
    ['--until', 'Dusk', /^Cannot stop after Dusk: expected one of PlanCollection, /],
  ])('%s %s is refused with what was expected', async (option, value, expected) => {
    await expect(typeIn(close, '--month', MONTH, '--settings', settings, option, value)).rejects.toThrow(expected);
  });
});

describe('a terminal is not steered by what strangers wrote', () => {
  const steers = (text: string) =>
    Array.from(text).some((character) => /\p{Cc}|\u202e/u.test(character) && character !== '\n');

  test('names of files and cells, in remarks, findings and JSON', async () => {
    const own = join(folder, 'strange');
    await writeCompany({ month: MONTH, bills: {}, telemetry: {}, grid: {} }, own);
    const cell = 'period_start,carbon_intensity\n2026-06-01T00:00:00Z,\u009b2J\n';
    writeText(join(own, 'inputs/grid/red\u001b[31m\u202e.csv'), cell);
    const options = ['--month', MONTH, '--settings', join(own, 'joulebook.yaml')];
    const closed = joulebook('close', ...options, '--until', 'Collect');
    expect(closed.stderr).toContain('red\\u001b[31m\\u202e.csv: column carbon_intensity: found \\u009b2J in row 1');
    const examined = joulebook('doctor', ...options);
    expect(examined.stdout).toContain('the whole file of grid/red\\u001b[31m\\u202e.csv in quarantine');
    const json = joulebook('doctor', ...options, '--json');
    expect(JSON.stringify(JSON.parse(json.stdout))).toContain('red\\u001b[31m\u202e.csv');
    for (const { stdout, stderr } of [closed, examined, json]) expect(steers(stdout + stderr)).toBe(false);
  });

  test('what was typed, in a complaint', () => {
    const { status, stderr } = joulebook('frobnicate\u001b]0;mine\u0007');
    expect(stderr).toMatch(/^Cannot run "frobnicate\\u001b\]0;mine\\u0007": expected one of close/);
    expect(status).toBe(2);
  });
});

describe('progress', () => {
  const told = (isInteractive: boolean) => {
    const words: string[] = [];
    const tell = progressTeller({
      environment: {},
      isInteractive,
      print: () => undefined,
      tell: (text) => void words.push(text),
      clearLine: () => void (isInteractive && words.push('\r\u001b[K')),
    });
    tell({ stage: 'Settle', state: 'started', done: 0, total: 2 });
    tell({ stage: 'Settle', state: 'succeeded', done: 1, total: 2, remark: 'mind the gap' });
    tell({ stage: 'Settle', state: 'succeeded', done: 2, total: 2, remark: 'mind the gap' });
    return words.join('');
  };

  test('is a bar on a terminal, with remarks above it, each once', () => {
    const clear = '\r\u001b[K';
    expect(told(true)).toBe(
      `${clear}${'░'.repeat(24)} settle the ledger 0/2${clear}  mind the gap\n${'█'.repeat(12)}${'░'.repeat(12)} settle the ledger 1/2${clear}${'█'.repeat(24)} settle the ledger 2/2\n`,
    );
  });

  test('is a line for a finished stage elsewhere', () => {
    expect(told(false)).toBe('  mind the gap\nsettle the ledger: 2 parts\n');
  });
});

describe('every verb', () => {
  test.each(COMMANDS.map((command) => [command.name, command] as const))(
    '%s takes --json, is in the usage and explains itself',
    (name, command) => {
      expect(Object.keys(command.options)).toContain('json');
      expect(unfolded(usage())).toContain(`  joulebook ${name} ${command.synopsis}`);
      for (const option of Object.keys(command.options)) expect(usageOf(command)).toContain(`--${option}`);
    },
  );
});

describe('usage', () => {
  test('fits a terminal of 80 columns', () => {
    const lines = [usage(), ...COMMANDS.map(usageOf)].flatMap((text) => text.split('\n'));
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
  });

  test('tears no option from its value', () => {
    for (const command of COMMANDS) {
      const folded = usageOf(command).split('\n');
      for (const line of folded) expect(line).not.toMatch(/\[[^\]]*$/);
    }
  });
});

/** Lines that go on further in, as one. */
function unfolded(text: string): string {
  return text.replaceAll(/\n {8}(?=\S)/g, ' ');
}

describe('nearest', () => {
  test('counts letters that must change', () => {
    expect(nearest('kitten', ['mitten', 'sitting', 'kitten', ''])).toEqual(['kitten', 'mitten', 'sitting', '']);
  });
});
