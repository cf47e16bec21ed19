import { join } from 'node:path';

import { verify } from '../bin/commands/verify.ts';
import { readText } from '../lib/landing/book.ts';
import { handlersAt } from '../lib/pipeline/handlers.ts';
import { alarmsKey } from '../lib/pipeline/raise-alarms.ts';
import { runLocally } from '../lib/pipeline/run-locally.ts';
import type { MonthRun } from '../lib/pipeline/stage.ts';
import { STAGES } from '../lib/pipeline/stages.ts';
import { tempFolder } from './support/temp-folder.ts';
import {
  discloseTiny,
  fingerprintsOf,
  oneHour,
  tinySettings,
  tinyWorkplace,
  writeCompany,
} from './support/tiny-company.ts';
import { typeIn } from './support/typed.ts';

const MONTH = '2026-06';
const [EARLIER, LATER] = ['2026-07-22T06:00:00Z', '2026-07-22T06:00:01Z'];
const root = tempFolder();

beforeAll(() => writeCompany(oneHour(MONTH), root));

type Overtaken = 'buildFacts' | 'settle' | 'computeKpis' | 'raiseAlarms' | 'writeDisclosure';

/** Closes the month at one moment, and in the midst of it, before a stage begins, at another. */
async function overtaken(stage: Overtaken, asked: { readonly watch?: true } = {}) {
  const book = join(root, `overtaken-at-${stage}-${asked.watch ?? false}`);
  const workplace = tinyWorkplace(root, tinySettings(), book);
  const run: MonthRun = { month: MONTH, as_of: EARLIER, ...asked };
  let other: Promise<unknown> | undefined;
  const meanwhile = async () => {
    other ??= discloseTiny(workplace, MONTH, LATER);
    await other;
  };
  const handlers = handlersAt(workplace, STAGES);
  const slow = async (input: never) => {
    await meanwhile();
    return handlers[stage](input) as never;
  };
  const first = await runLocally(run, { ...handlers, [stage]: slow }, () => undefined).catch((error: Error) => error);
  return { first, second: await other, workplace };
}

test.each(['buildFacts', 'settle', 'computeKpis', 'raiseAlarms', 'writeDisclosure'] as const)(
  'of two runs of a month at once that of the later moment is published, and can be verified: %s',
  async (stage) => {
    const { first, second, workplace } = await overtaken(stage);
    expect(String(first)).toContain(
      `Cannot go on with ${MONTH} as of ${EARLIER}: expected no other run of the month beside or after it, got one as of ${LATER}`,
    );
    expect(second).toMatchObject({ version: 1, as_of: LATER, is_new: true });
    const { answer } = await typeIn(verify, `${workplace.book.location}/disclosures/${MONTH}/v1`);
    expect(answer).toBe(0);
  },
);

test.each(['buildFacts', 'settle', 'computeKpis', 'raiseAlarms'] as const)(
  'a watch that a close overtakes ends without a failure, and leaves the alarms to the close: %s',
  async (stage) => {
    const { first, second, workplace } = await overtaken(stage, { watch: true });
    expect(first).not.toBeInstanceOf(Error);
    expect(second).toMatchObject({ version: 1, as_of: LATER });
    const paper = JSON.parse((await readText(workplace.book, alarmsKey(MONTH))) ?? '{}');
    expect(paper).toMatchObject({ as_of: LATER });
  },
);

test.each(['settle', 'computeKpis'] as const)(
  'a worker that is still at work when another run has gone by replaces nothing of it: %s',
  async (stage) => {
    const book = join(root, `slow-at-${stage}`);
    const workplace = tinyWorkplace(root, tinySettings(), book);
    const until = stage === 'settle' ? 'PlanSettlement' : 'Settle';
    await runLocally({ month: MONTH, as_of: EARLIER }, handlersAt(workplace, STAGES), () => undefined, { until });
    let after: readonly string[] = [];
    const slow = {
      ...workplace,
      openWarehouse: async () => {
        const later = tinyWorkplace(root, tinySettings({ idle: 'owner' }), book);
        await discloseTiny(later, MONTH, LATER);
        after = fingerprintsOf(book);
        return workplace.openWarehouse();
      },
    };
    const slices = Array.from({ length: 30 }, (_, day) => `${MONTH}-${String(day + 1).padStart(2, '0')}`).join(',');
    const work = stage === 'settle' ? { shard: slices } : {};
    await expect(STAGES[stage]({ month: MONTH, as_of: EARLIER, ...work } as never, slow)).rejects.toMatchObject({
      name: 'Overtaken',
    });
    expect(fingerprintsOf(book)).toEqual(after);
  },
);

test.each(['buildFacts', 'settle', 'computeKpis', 'raiseAlarms'] as const)(
  'a watch that a close overtakes in the midst of its work, and that fails of it, ends as overtaken: %s',
  async (stage) => {
    const workplace = tinyWorkplace(root, tinySettings(), join(root, `gone-at-${stage}`));
    const broken = {
      ...workplace,
      openWarehouse: async () => {
        await discloseTiny(workplace, MONTH, LATER);
        throw new Error('Cannot read a file of the month: expected it in the book, got none');
      },
    };
    const watch: MonthRun = { month: MONTH, as_of: EARLIER, ...{ watch: true } };
    const handlers = { ...handlersAt(workplace, STAGES), [stage]: handlersAt(broken, STAGES)[stage] };
    const answer = await runLocally(watch, handlers, () => undefined);
    expect(answer).toMatchObject({ failure: { Error: 'Overtaken' } });
  },
);

test('a watch of a month that was closed as of a time to come fails: until then nobody would judge its alarms', async () => {
  const workplace = tinyWorkplace(root, tinySettings(), join(root, 'to-come'));
  await discloseTiny(workplace, MONTH, '2026-07-31T00:00:00Z');
  const watch = { month: MONTH, as_of: EARLIER, watch: true };
  await expect(runLocally(watch, handlersAt(workplace, STAGES), () => undefined)).rejects.toThrow('Cannot go on with');
});

test('books go forward: a month is not closed as of a moment before that of its last run', async () => {
  const workplace = tinyWorkplace(root, tinySettings(), join(root, 'forward'));
  expect(await discloseTiny(workplace, MONTH, LATER)).toMatchObject({ version: 1, status: 'closed' });
  await expect(discloseTiny(workplace, MONTH, EARLIER)).rejects.toThrow(
    `Cannot go on with ${MONTH} as of ${EARLIER}: expected no other run of the month beside or after it, got one as of ${LATER}`,
  );
  expect(await discloseTiny(workplace, MONTH, LATER)).toMatchObject({ version: 1, is_new: false });
});

test('a month that a later version of the program closed is not closed by an earlier one', async () => {
  const book = join(root, 'versions');
  const made = (version: string) => ({
    ...tinyWorkplace(root, tinySettings(), book),
    codeVersion: `joulebook ${version}+0123456789ab`,
  });
  expect(await discloseTiny(made('0.9.9'), MONTH, EARLIER)).toMatchObject({ version: 1 });
  expect(await discloseTiny(made('0.10.0'), MONTH, EARLIER)).toMatchObject({ version: 2 });
  await expect(discloseTiny(made('0.9.9'), MONTH, LATER)).rejects.toThrow(
    `Cannot close ${MONTH}: expected joulebook 0.10.0+0123456789ab, which last worked on it, or a later version, got joulebook 0.9.9+`,
  );
});

test('a run does not go on by other settings than those by which it began', async () => {
  const book = join(root, 'other-settings');
  const workplace = tinyWorkplace(root, tinySettings(), book);
  const run: MonthRun = { month: MONTH, as_of: EARLIER };
  await runLocally(run, handlersAt(workplace, STAGES), () => undefined, { until: 'Settle' });
  const changed = tinyWorkplace(root, tinySettings({ idle: 'owner' }), book);
  await expect(STAGES.computeKpis(run, changed)).rejects.toThrow('expected the settings by which the run began');
  await expect(STAGES.computeKpis(run, workplace)).resolves.toMatchObject({ figures: expect.any(Number) });
});
