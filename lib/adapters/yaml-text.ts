import { Composer, type Document, isScalar, Lexer, LineCounter, Parser, visit, type YAMLMap } from 'yaml';

/** Lists and maps in one another. Settings have less than ten; a thousand take the parser as long as a million hosts. */
const DEEPEST = 100;
/** Words, signs and blanks between them: a hundred thousand sites take three million. Of more than eight million commas the memory does not hold the tree. */
const MOST_WORDS = 6_000_000;

/**
 * The one document of a YAML text, as plain values. Takes as long as the text is, whatever stands in it. Throws an Error that says
 * what is wrong and, where it is at one place, that place: `Map keys must be unique at line 2, column 1`.
 */
export function valueIn(text: string): unknown {
  try {
    const value: unknown = documentIn(text).toJS();
    // Nobody can write down what holds itself, not even in the complaint.
    JSON.stringify(value);
    return value;
  } catch (error) {
    throw new Error(inWords(error));
  }
}

/** The parser would compare each key of a map with each other one, and count the lines anew for every fault. */
const QUICK = { uniqueKeys: false, prettyErrors: false };

function documentIn(text: string): Document {
  const lines = new LineCounter();
  const composer = new Composer(QUICK);
  const [document, second] = composer.compose(tokensOf(text, lines), true, text.length);
  if (!document) throw new Error('expected a document, got none');
  const [fault] = document.errors;
  if (fault) throw new Error(`${fault.message}${place(fault.pos[0], lines)}`);
  if (second) throw new Error(`expected one document, got several${place(second.range[0], lines)}`);
  visit(document, { Map: (_, map) => checkKeys(map, lines) });
  return document;
}

function* tokensOf(text: string, lines: LineCounter): ReturnType<Parser['parse']> {
  const parser = new Parser(lines.addNewLine);
  lines.addNewLine(0);
  let words = 0;
  for (const lexeme of new Lexer().lex(text)) {
    const { offset } = parser;
    words += 1;
    if (words > MOST_WORDS) throw new Error('expected at most six million words and signs, got more');
    yield* parser.next(lexeme);
    if (parser.stack.length > DEEPEST)
      throw new Error(`expected lists and maps less deep in one another${place(offset, lines)}`);
  }
  yield* parser.end();
}

function checkKeys({ items }: YAMLMap, lines: LineCounter): void {
  const seen = new Set<unknown>();
  for (const { key } of items) {
    if (!isScalar(key)) continue;
    if (seen.has(key.value)) throw new Error(`Map keys must be unique${place(key.range?.[0], lines)}`);
    seen.add(key.value);
  }
}

function place(offset = -1, lines: LineCounter): string {
  if (offset < 0) return '';
  const { line, col } = lines.linePos(offset);
  return ` at line ${line}, column ${col}`;
}

/** What the parser says to programmers, to whoever wrote the text. */
const PARSER_WORDS: readonly { readonly said: RegExp; readonly words: string }[] = [
  {
    said: /Excessive alias count.*/,
    words: 'expected fewer aliases of anchors (*name), they repeat one another too often',
  },
  {
    said: /Converting circular structure.*/,
    words: 'expected no alias (*name) within what its anchor (&name) stands for',
  },
];

function inWords(fault: unknown): string {
  const [first = ''] = (fault instanceof Error ? fault.message : String(fault)).split('\n');
  return PARSER_WORDS.reduce((text, { said, words }) => text.replace(said, words), first);
}
