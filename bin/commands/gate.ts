import { DuckDbWarehouse } from '../../lib/adapters/duckdb-warehouse.ts';
import { answerOf } from '../../lib/disclosure/budget.ts';
import { DECIMAL_TEXT } from '../../lib/disclosure/decimal.ts';
import type { Book } from '../../lib/landing/book.ts';
import { type Budget, holdToBudgets, type Quantity, type RunBudgets } from '../../lib/pipeline/run-budgets.ts';
import { disclosedMonths, findRunMonth } from '../../lib/pipeline/run-month.ts';
import { latestVersion } from '../../lib/pipeline/write-disclosure.ts';
import { parsePeriod } from '../../lib/units/period.ts';
import { explained, publishedAt, workplaceOf } from './closed-version.ts';
import { type Arguments, CannotAnswer, type Command, type Terminal, textOption } from './command.ts';
import { bookTyped, MEMORY_PER_WORKER } from './desk.ts';
import { gateWords } from './gate-words.ts';
import { nearest } from './nearest.ts';

const OPTIONS: Readonly<Record<string, Quantity>> = {
  'max-kwh': 'energy',
  'max-kgco2e': 'carbon',
  'max-cost': 'money',
};
const NAMES_SHOWN = 5;

/** `joulebook gate`: whether a run stayed within its budgets of energy, carbon and money. */
export const gate: Command = {
  name: 'gate',
  synopsis:
    '--run ID [--max-kwh N] [--max-kgco2e N] [--max-cost N] [--month YYYY-MM] [--settings joulebook.yaml] [--book DIR|s3://…] [--json]',
  summary:
    'says whether a run stayed within its budgets; exit code 1 where one is exceeded, 2 where that cannot be said',
  details: [
    'At least one budget: kWh of the facility (IT energy × PUE), location-based kgCO2e, effective cost in the currency of the book.',
    'Without --month the newest disclosed month in which such a run ended. The figures are those of its latest disclosure; close the month first.',
    'A value within its budget of which less than 0.95 is known is exit code 2: what is not known could be over.',
  ],
  options: {
    run: { type: 'string' },
    'max-kwh': { type: 'string' },
    'max-kgco2e': { type: 'string' },
    'max-cost': { type: 'string' },
    month: { type: 'string' },
    settings: { type: 'string' },
    book: { type: 'string' },
    json: { type: 'boolean' },
  },
  async run(typed, terminal) {
    const runId = textOption(typed, 'run');
    const budgets = budgetsTyped(typed);
    const asked = typeof typed.values['month'] === 'string' ? parsePeriod(typed.values['month']).month : undefined;
    const book = await bookTyped(typed);
    const month = await monthOf(runId, asked, book);
    const held = await heldIn(month, { runId, budgets, book }, terminal);
    const answer = answerOf(held.budgets);
    if (typed.values['json']) terminal.print(JSON.stringify({ ...held, answer }));
    else for (const line of gateWords(held)) terminal.print(line);
    return answer;
  },
};

/** Every budget that was typed; throws `CannotAnswer` where none was, or one that is no decimal above zero. */
function budgetsTyped({ values }: Arguments): Budget[] {
  const budgets = Object.entries(OPTIONS).flatMap(([option, quantity]) => {
    const limit = values[option];
    if (limit === undefined) return [];
    if (typeof limit === 'string' && DECIMAL_TEXT.test(limit) && /^\d/.test(limit) && /[1-9]/.test(limit))
      return [{ quantity, limit }];
    throw new CannotAnswer(`Cannot read --${option}: expected a decimal above 0 such as 12.5, got "${limit}"`);
  });
  if (budgets.length > 0) return budgets;
  const names = Object.keys(OPTIONS).map((option) => `--${option}`);
  throw new CannotAnswer(`Cannot go on without a budget: expected at least one of ${names.join(', ')}`);
}

/** The month that was asked for, or the newest one that knows the run. Throws `CannotAnswer` with what there is instead. */
async function monthOf(runId: string, asked: string | undefined, book: Book): Promise<string> {
  const months = await disclosedMonths(book);
  if (asked === undefined ? months.length === 0 : !months.includes(asked)) {
    const there = months.length === 0 ? 'none' : `those of ${months.slice(0, NAMES_SHOWN).join(', ')}`;
    throw new CannotAnswer(
      `Cannot judge ${runId}: expected a disclosure of ${asked ?? 'a month'} in ${book.location}, got ${there}; close the month first`,
    );
  }
  const warehouse = await DuckDbWarehouse.open(MEMORY_PER_WORKER);
  try {
    const found = await findRunMonth(runId, asked === undefined ? months : [asked], book, warehouse);
    if (found.month !== undefined) return found.month;
    const others = await findRunMonth(runId, months, book, warehouse);
    throw new CannotAnswer(unknownRun(runId, asked, others.month, found.names));
  } finally {
    await warehouse.close();
  }
}

function unknownRun(
  runId: string,
  asked: string | undefined,
  other: string | undefined,
  names: readonly string[],
): string {
  const expected = `Cannot judge ${runId}: expected a run that ended in ${asked ?? 'a disclosed month'}`;
  if (other !== undefined) return `${expected}, got one that ended in ${other}`;
  if (names.length === 0) return `${expected}, got no run at all`;
  const closest = nearest(runId, names).slice(0, NAMES_SHOWN);
  const count = names.length > closest.length ? `${closest.length} of ${names.length}` : `${names.length}`;
  return `${expected}, got these, the closest first (${count}):\n${closest.map((name) => `  ${name}`).join('\n')}`;
}

interface Asked {
  readonly runId: string;
  readonly budgets: readonly Budget[];
  readonly book: Book;
}

/** The run by the latest disclosure of the month. */
async function heldIn(month: string, { runId, budgets, book }: Asked, terminal: Terminal): Promise<RunBudgets> {
  const version = (await latestVersion(month, book)) ?? 1;
  const { annex, manifest } = await publishedAt({ book, month, version }, `judge ${runId}`);
  try {
    const held = await holdToBudgets(runId, budgets, annex, await workplaceOf(manifest, book, terminal));
    if (held) return held;
  } catch (error) {
    throw explained(error, 'judge', manifest, book);
  }
  throw new CannotAnswer(
    `Cannot judge ${runId}: expected it among the runs of version ${version} of ${month}, got one that came since; close ${month} again`,
  );
}
