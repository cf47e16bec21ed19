import type { ContractColumn, Format, Shape, Source } from '../sources/source.ts';
import type { OpenRequest } from './open-request.ts';
import { RejectedPayload } from './origin.ts';
import {
  columnsOfOpened,
  type FoundColumn,
  measuresRows,
  type OpenedShape,
  openRaw,
  reader,
  TEXT_CELLS,
  UTF_8,
  unreadable,
} from './raw-file.ts';
import { literal, type Warehouse } from './warehouse.ts';

/** The shape that a file has, and its columns as they were found. */
export interface Fitting {
  readonly shape: Shape;
  readonly found: readonly FoundColumn[];
}

/** Why no shape fits: the columns that were seen, and what each shape lacks. */
interface Misfit {
  readonly seen: readonly FoundColumn[];
  readonly misfits: readonly string[];
}

/** Opens a file in the first of its source's shapes whose columns are there. Throws `RejectedPayload` where none fits, or a column stands twice. */
export async function openFitting(warehouse: Warehouse, request: OpenRequest): Promise<Fitting> {
  const fitting = await firstFitting(warehouse, request);
  refuseTwins(fitting, request.columnMapping);
  return fitting;
}

async function firstFitting(warehouse: Warehouse, request: OpenRequest): Promise<Fitting> {
  const known = request.source.shapes.filter((shape) => !request.shape || shape.id === request.shape);
  const shapes = byEnding(request.path, known);
  const below = await openFirst(warehouse, await belowPreface(warehouse, shapes, request), request);
  if ('shape' in below) return below;
  const opened = await openFirst(warehouse, shapes, request);
  if ('shape' in opened) return opened;
  throw misfit(request.source, opened.seen, opened.misfits);
}

async function openFirst(
  warehouse: Warehouse,
  shapes: readonly OpenedShape[],
  request: OpenRequest,
): Promise<Fitting | Misfit> {
  const misfits: string[] = [];
  let seen: readonly FoundColumn[] = [];
  for (const shape of shapes) {
    seen = await openRaw(warehouse, shape, request.path);
    if (refusalOf(request.source, seen)) break;
    const found = (await isHeld(warehouse, shape, request)) ? await openFlat(warehouse, shape, seen) : undefined;
    const lacking = missingColumns(shape, found ?? seen, request.columnMapping);
    if (found && lacking.length === 0) return { shape, found };
    misfits.push(misfitText(shape, lacking));
  }
  return { seen, misfits };
}

/**
 * Shapes whose separator is guessed, to be read from below the lines that stand above the header, such as `# Source: …` or an empty
 * one; none where there are no such lines. DuckDB finds them where it need not pad short rows, and may take a row for the header
 * then: the columns must be there.
 */
async function belowPreface(
  warehouse: Warehouse,
  shapes: readonly Shape[],
  request: OpenRequest,
): Promise<OpenedShape[]> {
  const guessed = shapes.filter((shape) => measuresRows(shape) && !shape.delimiter);
  if (guessed.length === 0) return [];
  try {
    const [sniffed] = await warehouse.query(
      `SELECT SkipRows AS lines FROM sniff_csv(${literal(request.path)}, ${TEXT_CELLS})`,
    );
    const lines_above = Number(sniffed?.['lines']);
    if (!(lines_above > 0) || (await hasHeaderAbove(warehouse, request, { shapes: guessed, lines_above }))) return [];
    return guessed.map((shape) => ({ ...shape, lines_above }));
  } catch {
    return [];
  }
}

/**
 * Whether one of the lines above the header that DuckDB found is a header itself, as where two files were put into one: the rows below
 * it would be passed over without a word.
 */
async function hasHeaderAbove(
  warehouse: Warehouse,
  { path, columnMapping }: OpenRequest,
  { shapes, lines_above }: { readonly shapes: readonly Shape[]; readonly lines_above: number },
): Promise<boolean> {
  const lines = await warehouse.query(
    `SELECT line FROM (${reader({ format: 'lines' }, path)}) WHERE file_row <= ${lines_above}`,
  );
  return lines.some(({ line }) => {
    const cells = String(line).split(/[,;\t|]/);
    const found = cells.map((cell) => ({
      name: cell.replaceAll('"', '').trim(),
      type: 'VARCHAR',
      isText: true,
      mayBeEmpty: false,
    }));
    return shapes.some((shape) => missingColumns(shape, found, columnMapping).length === 0);
  });
}

function misfitText({ id }: Shape, lacking: readonly string[]): string {
  return lacking.length > 0 ? `${id} (lacks ${lacking.slice(0, 5).join(', ')})` : `${id} (nests its columns otherwise)`;
}

const FORMATS_BY_ENDING: readonly { readonly ending: RegExp; readonly formats: readonly Format[] }[] = [
  { ending: /\.parquet$/, formats: ['parquet'] },
  { ending: /\.[ct]sv(\.gz)?$/, formats: ['csv'] },
  { ending: /\.(json|jsonl|ndjson|prom)(\.gz)?$/, formats: ['text', 'lines'] },
];

/** The shapes that a file of this ending can have, in the source's order; of an unknown ending, all that are text. */
function byEnding(path: string, shapes: readonly Shape[]): Shape[] {
  const formats = FORMATS_BY_ENDING.find(({ ending }) => ending.test(path))?.formats ?? ['csv', 'text', 'lines'];
  const fitting = shapes.filter(({ format }) => formats.includes(format));
  return fitting.length > 0
    ? fitting
    : shapes.filter(({ format }) => (format === 'parquet') === path.endsWith('.parquet'));
}

/** What DuckDB calls the one column of a text without a header. */
const UNNAMED = 'column0';

function misfit(source: Source, seen: readonly FoundColumn[], misfits: readonly string[]): RejectedPayload {
  const columns = seen.map(({ name }) => name).filter((name) => name !== 'file_row');
  const oddity = oddityOf(columns);
  if (oddity) return new RejectedPayload(oddity);
  const headers = `columns ${columns.slice(0, 8).join(', ')}${columns.length > 8 ? ', …' : ''}`;
  return new RejectedPayload({
    found: refusalOf(source, seen) ?? (columns.join() === UNNAMED ? 'no header' : headers),
    expected: `${source.card.title}: ${misfits.join('; ') || `a file of ${[...new Set(source.shapes.map(({ format }) => format))].join(' or ')}`}`,
  });
}

/** A header that no column can be found in because of how the whole file is written. */
function oddityOf([first = '']: readonly string[]): { found: string; expected: string } | undefined {
  if (first.includes('\0')) return { found: 'text with NUL characters, as UTF-16 has', expected: UTF_8 };
  const separator = [';', '\t', '|'].find((each) => first.includes(each));
  return separator
    ? {
        found: `cells that ${separator === '\t' ? 'a tab' : separator} separates`,
        expected: 'a comma between cells, and a point before decimals',
      }
    : undefined;
}

/** What to say of a file that is known and yet cannot be read; undefined where there is nothing to say. */
function refusalOf(source: Source, seen: readonly FoundColumn[]): string | undefined {
  return source.refuses?.find(({ header }) => seen.some(({ name }) => header.test(name)))?.because;
}

/** Whether the file's first line says that it has this shape; where the shape does not ask, it may have it. */
async function isHeld(warehouse: Warehouse, { holds }: Shape, { path }: OpenRequest): Promise<boolean> {
  if (!holds) return true;
  try {
    const [first] = await warehouse.query(`SELECT (${holds}) AS is_held FROM raw WHERE trim(line) <> '' LIMIT 1`);
    return first?.['is_held'] === true;
  } catch (error) {
    throw unreadable(error, path);
  }
}

/** The columns after the shape's own SELECT, if any; undefined where it names columns that the file does not have. */
async function openFlat(
  warehouse: Warehouse,
  shape: Shape,
  seen: readonly FoundColumn[],
): Promise<readonly FoundColumn[] | undefined> {
  if (!shape.open) return seen;
  try {
    await warehouse.run(`CREATE OR REPLACE TEMP VIEW opened AS ${shape.open}`);
  } catch {
    return undefined;
  }
  return columnsOfOpened(warehouse, shape);
}

function missingColumns(shape: Shape, found: readonly FoundColumn[], mapping: OpenRequest['columnMapping']): string[] {
  return shape.columns.filter((column) => column.required && !columnIn(found, column, mapping)).map(({ name }) => name);
}

/** Two columns of one header: DuckDB numbers the second, and which of them is meant nobody can tell. */
function refuseTwins({ shape, found }: Fitting, mapping: OpenRequest['columnMapping']): void {
  const names = new Set(found.map(({ name }) => name.toLowerCase()));
  for (const column of shape.columns) {
    const match = columnIn(found, column, mapping);
    if (match?.isText && names.has(`${match.name.toLowerCase()}_1`))
      throw new RejectedPayload({ found: 'two columns of that name', expected: 'one', column: match.name });
  }
}

/** The column of the file that a column of the contract is read from: by the settings, its name or one of its aliases. */
export function columnIn(found: readonly FoundColumn[], column: ContractColumn, mapping: OpenRequest['columnMapping']) {
  const names = [mapping?.[column.name], column.name, ...(column.aliases ?? [])].filter((name) => name !== undefined);
  for (const name of names) {
    const match = found.find((each) => each.name.toLowerCase() === name.toLowerCase());
    if (match) return match;
  }
  return undefined;
}
