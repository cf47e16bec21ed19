import { SOURCES } from '../../lib/sources/catalogue.ts';
import type { Shape, Source } from '../../lib/sources/source.ts';
import { code, page, plain, table } from './markdown.ts';

const READING = `A source is asked for a month; its files land unchanged under their SHA-256, or go to quarantine with a reason. A source reads
files, from a folder or from \`s3://bucket/prefix\`, or asks a provider while the month is collected ([providers.md](providers.md)).
The first shape whose required columns are all there is taken; other headers of the same column are listed in the source's
\`columns.ts\`. Columns that are not named here are kept in the landed bytes and not read.`;

const PRIVACY = `## What personal data can enter

Joulebook needs none. What may come along all the same:

- **Landed bytes are whole files.** A bill may hold names in tags, resources and accounts, and in columns that are never
  read, such as \`line_item_iam_principal\`. They lie in \`landing/\` as they came: who may read the book may read them.
  Restrict the bucket, and leave columns out of the export where you can.
- **Tags and labels** become the column \`tags\` of \`fct_cost\`, all of them, because workload rules may ask for any. A tag
  with a person's name goes that far. The ledger has account and resource ids; the figures and pages have neither, but they
  have what the workload rules set: do not map a tag with names to \`project\`.
- **IAM principals** are not read. Where the export puts principal tags into the tag map, they come with the tags.
- **The agent's records** have host ids, pod, job and unit names as labels, for the same rules.
- **Quarantine** quotes the first characters of a cell that was refused, and the gaps of the disclosure repeat the quote.
- **The settings** may name a responsible person. The disclosure prints that name.

Landed files are never changed. To take personal data out, delete the landed file with its receipt, mend the export, and
close again: the new version says what was restated. \`verify\` of an older version answers no from then on, and says why.`;

/** `docs/sources.md`: what each kind of source reads and what a reader must know of it. */
export function sourcesPage(): string {
  const overview = table(
    ['kind', 'title', 'gives'],
    SOURCES.map((source) => [
      `[${code(source.kind)}](#${source.kind})`,
      source.card.title,
      tablesOf(source).map(code).join(', '),
    ]),
  );
  return page('Sources', '`lib/sources/*/source.ts`', [READING, overview, ...SOURCES.map(article), PRIVACY]);
}

function article(source: Source): string {
  const { card } = source;
  const rows = [
    ['unit', card.unit],
    ['lag', card.lag],
    ['licence', card.licence],
    ['method', card.method],
    ['reference', card.reference],
    ...(source.refuses ?? []).map(({ because }) => ['refused', because]),
  ].map(([name = '', words = '']) => [name, plain(words)]);
  const accepted = [
    'accepted files',
    code(source.accepts.source + (source.accepts.flags && ` (flags ${source.accepts.flags})`)),
  ];
  const month = source.month_in_path
    ? [['month in the path', `${code(source.month_in_path.source)}: such a file must hold that month`]]
    : [];
  const promise = source.files_never_change
    ? [['names', 'a file never changes under its name: one whose name and size have landed is not fetched again']]
    : [];
  const shapes = table(['shape', 'format', 'required columns', 'gives'], source.shapes.map(shapeRow));
  const parts = [
    `## ${source.kind}`,
    `${card.title}.`,
    table(['', ''], [accepted, ...month, ...promise, ...rows]),
    shapes,
    checksOf(source.shapes),
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

function shapeRow({ id, format, columns, facts }: Shape): string[] {
  const required = columns.filter((column) => column.required).map(({ name }) => code(name));
  return [code(id), format, required.join(', ') || 'none', Object.keys(facts).map(code).join(', ')];
}

/** What is asked of single values beside their types, in any shape: a row that fails is rejected, the rest goes on. */
function checksOf(shapes: readonly Shape[]): string {
  const columns = new Map<string, Set<string>>();
  for (const { name, check } of shapes.flatMap((shape) => shape.columns)) {
    if (check) columns.set(check.expected, (columns.get(check.expected) ?? new Set()).add(name));
  }
  const lines = [...columns].map(([expected, names]) => `- ${[...names].map(code).join(', ')}: ${plain(expected)}`);
  return lines.length === 0 ? '' : `A row is rejected unless:\n\n${lines.join('\n')}`;
}

function tablesOf({ shapes }: Source): string[] {
  return [...new Set(shapes.flatMap(({ facts }) => Object.keys(facts)))];
}
