import { withScratchBook } from '../../lib/adapters/scratch-book.ts';
import type { Annex, Figure } from '../../lib/disclosure/annex.ts';
import { figureKey } from '../../lib/disclosure/figures.ts';
import { KPIS } from '../../lib/kpis/catalogue.ts';
import { remakeTables } from '../../lib/pipeline/recompute.ts';
import type { Workplace } from '../../lib/pipeline/stage.ts';
import { type FigureTrace, traceFigure } from '../../lib/pipeline/trace.ts';
import { latestVersion } from '../../lib/pipeline/write-disclosure.ts';
import { parsePeriod } from '../../lib/units/period.ts';
import { explained, publishedAt, type VersionAt, workplaceOf } from './closed-version.ts';
import {
  type Arguments,
  CannotAnswer,
  type Command,
  onlyArgument,
  type Terminal,
  textOption,
  wholeOption,
} from './command.ts';
import { bookTyped, deskEdges } from './desk.ts';
import { nearest } from './nearest.ts';
import { traceWords } from './trace-words.ts';

/** `joulebook trace`: from a figure through formula and ledger to the landed bytes. */
export const trace: Command = {
  name: 'trace',
  synopsis:
    'FIGURE --month YYYY-MM [--where DIMENSION=VALUE] [--version N] [--book DIR|s3://…] [--settings joulebook.yaml] [--json]',
  summary: 'prints the way of a figure back: formula, the sum on paper, factors, landed files',
  details: [
    `FIGURE is one of ${KPIS.map(({ id }) => id).join(', ')}.`,
    '--where takes provider, region, scope, project, model_id, workload_type or workload_id; an empty value: nobody said.',
    'Without --book the book of the settings is read. Exit code 1: the ledger does not add up to what was published.',
  ],
  takesArgument: true,
  options: {
    month: { type: 'string' },
    where: { type: 'string', multiple: true },
    version: { type: 'string' },
    settings: { type: 'string' },
    book: { type: 'string' },
    json: { type: 'boolean' },
  },
  async run(typed, terminal) {
    const id = onlyArgument(typed, 'one FIGURE, such as energy.facility');
    checkIsKnown(id);
    const { month } = parsePeriod(textOption(typed, 'month'));
    const book = await bookTyped(typed);
    const version = wholeOption(typed, 'version') ?? (await latestVersion(month, book)) ?? 1;
    const traced = await atVersion({ book, month, version }, terminal, async (annex, workplace) =>
      traceFigure(figureTyped(id, annex, typed), annex, workplace),
    );
    if (typed.values['json']) terminal.print(JSON.stringify(traced));
    else for (const line of traceWords(traced, { month, version })) terminal.print(line);
    return traced.faults.length === 0 ? 0 : 1;
  },
};

function checkIsKnown(id: string): void {
  const ids = KPIS.map((kpi) => kpi.id);
  if (ids.includes(id)) return;
  // As pages and findings name a figure: energy.facility{project=chat}.
  const [, whole = '', cut] = /^(.+)\{(.+)\}$/.exec(id) ?? [];
  if (ids.includes(whole)) throw new CannotAnswer(`Cannot trace "${id}": expected ${whole} --where '${cut}'`);
  throw new CannotAnswer(
    `Cannot trace "${id}": expected one of these figures, the closest first:\n${nearest(id, ids)
      .map((each) => `  ${each}`)
      .join('\n')}`,
  );
}

/** Hands over a version's annex and a workplace over its ledger; that of a superseded version is made again first. */
async function atVersion(
  at: VersionAt,
  terminal: Terminal,
  work: (annex: Annex, workplace: Workplace) => Promise<FigureTrace>,
): Promise<FigureTrace> {
  const { book, month, version } = at;
  const { annex, manifest } = await publishedAt(at, `trace ${month}`);
  try {
    return (await latestVersion(month, book)) === version
      ? await work(annex, await workplaceOf(manifest, book, terminal))
      : await withScratchBook(async (scratch) =>
          work(annex, await remakeTables(manifest, book, deskEdges(scratch, terminal))),
        );
  } catch (error) {
    throw explained(error, 'trace', manifest, book);
  }
}

/** The figure with the dimension of --where; throws `CannotAnswer` with what there is instead. */
function figureTyped(id: string, { figures }: Annex, typed: Arguments): Figure {
  const dimensions = whereTyped(typed);
  const key = figureKey({ id, dimensions });
  const candidates = figures.filter((figure) => figure.id === id);
  const figure = candidates.find((each) => figureKey(each) === key);
  if (figure) return figure;
  if (candidates.length === 0)
    throw new CannotAnswer(`Cannot trace ${id}: expected it in the disclosure, got a month without such a figure`);
  const there = nearest(key, candidates.map(figureKey)).map((each) => `  ${each}`);
  throw new CannotAnswer(`Cannot trace ${key}: expected one of these figures, the closest first:\n${there.join('\n')}`);
}

function whereTyped({ values }: Arguments): Record<string, string | null> {
  const typed = Array.isArray(values['where']) ? values['where'].map(String) : [];
  return Object.fromEntries(
    typed.map((text) => {
      const [, dimension, value] = /^([a-z_]+)=(.*)$/.exec(text) ?? [];
      if (!dimension)
        throw new CannotAnswer(`Cannot read --where: expected DIMENSION=VALUE such as project=chat, got "${text}"`);
      return [dimension, value || null];
    }),
  );
}
