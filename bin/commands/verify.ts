import { openBook } from '../../lib/adapters/open-book.ts';
import { withScratchBook } from '../../lib/adapters/scratch-book.ts';
import { CODE_VERSION } from '../../lib/adapters/workplace.ts';
import { type Verification, verify as verifyDisclosure } from '../../lib/pipeline/verify.ts';
import type { DisclosureAt } from '../../lib/pipeline/verify-edges.ts';
import { disclosureFolder } from '../../lib/pipeline/write-disclosure.ts';
import { CannotAnswer, type Command, onlyArgument } from './command.ts';
import { deskEdges } from './desk.ts';

/** Lines of one kind that are printed; --json has all. */
const LINES_SHOWN = 40;

/** `joulebook verify`: every file by its hash, every figure from the landed bytes. */
export const verify: Command = {
  name: 'verify',
  synopsis: 'DISCLOSURE [--json]',
  summary: 'recomputes a disclosure from the landed bytes and compares every file and figure',
  details: [
    'DISCLOSURE is the folder of one version: book/disclosures/2026-06/v1 or s3://bucket/prefix/disclosures/2026-06/v1.',
  ],
  takesArgument: true,
  options: { json: { type: 'boolean' } },
  async run(typed, terminal) {
    const disclosure = disclosureAt(onlyArgument(typed, 'DISCLOSURE, the folder of one version'));
    await checkIsThere(disclosure);
    const verification = await withScratchBook((scratch) => verifyDisclosure(disclosure, deskEdges(scratch, terminal)));
    if (typed.values['json'])
      terminal.print(JSON.stringify({ ...verification, holds: holds(verification), verified_with: CODE_VERSION }));
    else for (const line of wordsOf(verification)) terminal.print(line);
    return holds(verification) ? 0 : 1;
  },
};

/** Book, month and version from the address of a version's folder, or of a file in it. */
function disclosureAt(address: string): DisclosureAt {
  const [, book, month, version] =
    /^(?:(.*)\/)?disclosures\/(\d{4}-\d{2})\/v([1-9]\d*)(?:\/[^/]*)?\/?$/.exec(address) ?? [];
  if (!month || !version) {
    throw new CannotAnswer(
      `Cannot verify ${address}: expected the folder of a version, such as book/disclosures/2026-06/v1`,
    );
  }
  return { book: openBook(book === '' ? '/' : (book ?? '.')), month, version: Number(version) };
}

async function checkIsThere({ book, month, version }: DisclosureAt): Promise<void> {
  const folder = disclosureFolder(month, version);
  const names = (await book.list(folder)).map(({ key }) => key.slice(folder.length));
  if (names.includes('manifest.json') || names.includes('annex.json')) return;
  const found = names.length === 0 ? 'nothing' : `${names.slice(0, 3).join(', ')}, no manifest.json`;
  throw new CannotAnswer(`Cannot verify ${book.location}/${folder}: expected a disclosure, got ${found}`);
}

function holds({ files, figures }: Verification): boolean {
  return files.length === 0 && figures.length === 0;
}

function wordsOf(verification: Verification): string[] {
  return [...verdict(verification), ...makers(verification), ...differences(verification)];
}

function verdict({ files, figures, figures_recomputed, landed_files, files_checked }: Verification): string[] {
  if (files.length === 0 && figures.length === 0) {
    return [
      `verified: ${figures_recomputed} figures recomputed from ${landed_files} landed files, ${files_checked} files checked`,
    ];
  }
  const recomputed =
    figures_recomputed === null
      ? 'the figures could not be recomputed'
      : `${counted(figures.length, 'figure')} of ${figures_recomputed} differ`;
  return [`not verified: ${counted(files.length, 'file')} of ${files_checked} differ, ${recomputed}`];
}

function makers(verification: Verification): string[] {
  const { made_by, as_of, superseded_by, version } = verification;
  if (made_by === null) return [];
  const isSame = made_by === CODE_VERSION;
  const lines = [
    `${isSame ? 'made by and verified with' : `made by ${made_by}, verified with`} ${CODE_VERSION}, as of ${as_of}`,
  ];
  const differing =
    verification.figures.length > 0
      ? 'figures may differ because the formulas do'
      : 'files may differ because what writes them does';
  if (!isSame && !holds(verification)) lines.push(`${differing}: verify with ${made_by}`);
  if (superseded_by !== null) {
    lines.push(
      `version ${version} is superseded: facts, ledger and figures in the book are those of version ${superseded_by}`,
    );
  }
  return lines.map((line) => `  ${line}`);
}

function differences({ files, figures }: Verification): string[] {
  const ofFiles = files.map(
    ({ path, expected, found }) => `  ${path}\n      expected ${expected}\n      found    ${found}`,
  );
  const ofFigures = figures.map(
    ({ figure, field, published, recomputed }) =>
      `  ${figure} ${field}: published ${JSON.stringify(published)}, recomputed ${JSON.stringify(recomputed)}`,
  );
  return [...shortened(ofFiles), ...shortened(ofFigures)];
}

function shortened(lines: readonly string[]): string[] {
  const more = lines.length - LINES_SHOWN;
  return more > 0 ? [...lines.slice(0, LINES_SHOWN), `  … and ${more} more: --json names them all`] : [...lines];
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
