import { paperOf } from '../../lib/pipeline/raise-alarms.ts';
import { parsePeriod } from '../../lib/units/period.ts';
import { CannotAnswer, type Command, textOption } from './command.ts';
import { bookTyped } from './desk.ts';

/** `joulebook alarms`: what the latest run of a month found of its alarms. */
export const alarms: Command = {
  name: 'alarms',
  synopsis: '--month YYYY-MM [--settings joulebook.yaml] [--book DIR|s3://…] [--json]',
  summary: 'tells which alarms of a month are raised, since when, and what they cost a day; exit code 1 while one is',
  options: {
    month: { type: 'string' },
    settings: { type: 'string' },
    book: { type: 'string' },
    json: { type: 'boolean' },
  },
  async run(typed, terminal) {
    const { month } = parsePeriod(textOption(typed, 'month'));
    const book = await bookTyped(typed);
    const paper = await paperOf(month, book);
    if (!paper) {
      throw new CannotAnswer(
        `Cannot tell of alarms: expected a run that judged ${month} in ${book.location}, got none`,
      );
    }
    if (typed.values['json']) terminal.print(JSON.stringify(paper));
    else for (const { state, text } of paper.verdicts) terminal.print(`${state}: ${text}`);
    return paper.verdicts.some(({ state }) => state === 'alarm') ? 1 : 0;
  },
};
