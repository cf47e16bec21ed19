import { CloseMachine } from '../../lib/adapters/close-machine.ts';
import { openDeployedWorkplace, SETTINGS_KEY } from '../../lib/adapters/deployed-workplace.ts';
import { whyNoCredentials, whyNotWritable } from '../../lib/adapters/reachable.ts';
import { examine } from '../../lib/pipeline/doctor/examine.ts';
import { examineMachine } from '../../lib/pipeline/doctor/examine-machine.ts';
import type { Finding } from '../../lib/pipeline/doctor/finding.ts';
import type { Workplace } from '../../lib/pipeline/stage.ts';
import { parsePeriod } from '../../lib/units/period.ts';
import { type Arguments, type Command, isInAws, stackTyped, textOption, timeOption } from './command.ts';
import { MEMORY_PER_WORKER, openDesk } from './desk.ts';

/** `joulebook doctor`: what is missing, why it matters, how to mend it. */
export const doctor: Command = {
  name: 'doctor',
  synopsis:
    '[--month YYYY-MM] [--settings joulebook.yaml] [--book DIR|s3://…] [--as-of TIME] [--in aws [--stack NAME]] [--json]',
  summary: 'looks at settings, access, sources, freshness and coverage, and says how to mend what is missing',
  details: [
    'Without --month the last full month is looked at. Exit code 1: something of weight is missing; 2: the settings cannot be read.',
  ],
  options: {
    month: { type: 'string' },
    settings: { type: 'string' },
    book: { type: 'string' },
    'as-of': { type: 'string' },
    in: { type: 'string' },
    stack: { type: 'string' },
    json: { type: 'boolean' },
  },
  async run(typed, terminal) {
    const now = timeOption(typed, 'as-of', new Date());
    const { month } = parsePeriod(textOption(typed, 'month', monthBefore(now)));
    const { workplace, bookAddress, settingsPath, before } = isInAws(typed)
      ? await deployed(typed)
      : await atHome(typed);
    const findings = await examine(workplace, {
      month,
      now,
      settingsPath,
      bookAddress,
      nodeVersion: process.versions.node,
      whyNotWritable,
      whyNoCredentials: () => whyNoCredentials(terminal.environment),
    });
    findings.unshift(...before);
    const troubles = findings.filter(({ weight }) => weight === 'trouble').length;
    if (typed.values['json']) terminal.print(JSON.stringify({ month, as_of: now, troubles, findings }));
    else for (const line of [...findings.map(wordsOf), '', verdict(troubles, month)]) terminal.print(line);
    return troubles === 0 ? 0 : 1;
  },
};

interface Examined {
  readonly workplace: Workplace;
  readonly bookAddress: string;
  readonly settingsPath: string;
  /** What was found before the workplace could be opened. */
  readonly before: readonly Finding[];
}

async function atHome(typed: Arguments): Promise<Examined> {
  const { workplace, bookAddress } = await openDesk(typed, MEMORY_PER_WORKER);
  return { workplace, bookAddress, settingsPath: textOption(typed, 'settings', 'joulebook.yaml'), before: [] };
}

/** The workplace as the deployed functions have it: the settings in the book, and what they name. */
async function deployed(typed: Arguments): Promise<Examined> {
  const machine = await CloseMachine.find(stackTyped(typed));
  const workplace = await openDeployedWorkplace(machine.book);
  const before = [examineMachine(machine.arn, await machine.latestRuns())];
  return { workplace, bookAddress: machine.book, settingsPath: `${machine.book}/${SETTINGS_KEY}`, before };
}

/** `2026-06` for any time in July 2026. */
function monthBefore(now: string): string {
  const instant = new Date(now);
  return new Date(Date.UTC(instant.getUTCFullYear(), instant.getUTCMonth() - 1, 1)).toISOString().slice(0, 7);
}

const MARKS = { fine: 'fine   ', note: 'note   ', trouble: 'TROUBLE' } as const;

function wordsOf({ about, weight, what, beside = [], why, mend }: Finding): string {
  const more = [...beside, why && `why:  ${why}`, mend && `mend: ${mend}`]
    .filter(Boolean)
    .map((line) => `\n         ${line}`);
  return `${MARKS[weight]}  ${about}: ${what}${more.join('')}`;
}

function verdict(troubles: number, month: string): string {
  if (troubles === 0) return `${month}: nothing of weight is missing`;
  return `${month}: ${troubles} ${troubles === 1 ? 'thing' : 'things'} of weight`;
}
