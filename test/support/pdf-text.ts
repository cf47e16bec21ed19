import { decodePDFRawStream, PDFArray, PDFDict, PDFDocument, PDFName, type PDFPage, PDFRawStream } from 'pdf-lib';

/** Text of a glyph by its code in the content stream. */
type Glyphs = ReadonlyMap<number, string>;

/** A property list (what stands in it is not shown), a name, a string in hexadecimal, a string, a number, an operator. */
const TOKEN =
  /<<.*?>>|\/([^\s/<>[\]()]+)|<([0-9A-Fa-f\s]*)>|\(((?:\\.|[^\\()]|\((?:\\.|[^\\()])*\))*)\)|(-?[\d.]+)|([A-Za-z'"*]+)/gs;
const MOVES = new Set(['Td', 'TD', 'Tm', 'T*', 'ET']);

/**
 * The text that a reader of the PDF sees, page by page, one space for every move of the pen. Each font's own ToUnicode map
 * turns glyphs into text, as a reader's search does. Only for PDFs of our kind: fonts of two-byte codes.
 */
export async function textOfPdf(bytes: Uint8Array): Promise<string[]> {
  const pdf = await PDFDocument.load(bytes, { updateMetadata: false });
  return pdf.getPages().map((page) => textOfPage(page).replace(/\s+/g, ' ').trim());
}

function textOfPage(page: PDFPage): string {
  const fonts = fontsOf(page);
  const pen: Pen = { glyphs: new Map(), text: '' };
  for (const token of contentOf(page).matchAll(TOKEN)) write(token, pen, fonts);
  return pen.text;
}

interface Pen {
  glyphs: Glyphs;
  text: string;
}

function write(
  [, name, hex, literal, , operator]: RegExpMatchArray,
  pen: Pen,
  fonts: ReadonlyMap<string, Glyphs>,
): void {
  if (name !== undefined) pen.glyphs = fonts.get(name) ?? pen.glyphs;
  if (hex !== undefined) pen.text += textOf(Buffer.from(hex.replace(/\s/g, ''), 'hex'), pen.glyphs);
  if (literal !== undefined) pen.text += textOf(unescaped(literal), pen.glyphs);
  if (operator !== undefined && MOVES.has(operator)) pen.text += ' ';
}

function fontsOf(page: PDFPage): ReadonlyMap<string, Glyphs> {
  const fonts = page.node.Resources()?.lookupMaybe(PDFName.of('Font'), PDFDict);
  return new Map(
    (fonts?.keys() ?? []).map((name) => {
      const map = fonts?.lookup(name, PDFDict).lookup(PDFName.of('ToUnicode'));
      return [name.decodeText(), map instanceof PDFRawStream ? glyphsOf(decoded(map)) : new Map()];
    }),
  );
}

/** Reads `<0003> <0041>` of the bfchar blocks and `<0003> <0005> <0041>` of the bfrange blocks. */
function glyphsOf(map: string): Glyphs {
  const glyphs = new Map<number, string>();
  for (const [, block = ''] of map.matchAll(/beginbfchar(.*?)endbfchar/gs)) {
    for (const [, code = '', text = ''] of block.matchAll(/<(\w+)>\s*<(\w+)>/g))
      glyphs.set(Number.parseInt(code, 16), utf16(text));
  }
  for (const [, block = ''] of map.matchAll(/beginbfrange(.*?)endbfrange/gs)) {
    for (const [, first = '', last = '', text = ''] of block.matchAll(/<(\w+)>\s*<(\w+)>\s*<(\w+)>/g)) {
      const [from, to] = [Number.parseInt(first, 16), Number.parseInt(last, 16)];
      for (let code = from; code <= to; code += 1)
        glyphs.set(code, String.fromCodePoint((utf16(text).codePointAt(0) ?? 0) + code - from));
    }
  }
  return glyphs;
}

function utf16(hex: string): string {
  return Buffer.from(hex, 'hex').swap16().toString('utf16le');
}

function textOf(codes: Buffer, glyphs: Glyphs): string {
  const pairs = Array.from({ length: codes.length >> 1 }, (_, index) => codes.readUInt16BE(index * 2));
  return pairs.map((code) => glyphs.get(code) ?? '').join('');
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' };

function unescaped(literal: string): Buffer {
  const text = literal.replace(/\\([0-7]{1,3}|[\s\S])/g, (_, what: string) =>
    /^[0-7]/.test(what) ? String.fromCharCode(Number.parseInt(what, 8)) : (ESCAPES[what] ?? what),
  );
  return Buffer.from(text, 'latin1');
}

function contentOf(page: PDFPage): string {
  const contents = page.node.Contents();
  const streams =
    contents instanceof PDFArray ? contents.asArray().map((each) => page.doc.context.lookup(each)) : [contents];
  return streams.map((stream) => (stream instanceof PDFRawStream ? decoded(stream) : '')).join('\n');
}

function decoded(stream: PDFRawStream): string {
  return Buffer.from(decodePDFRawStream(stream).decode()).toString('latin1');
}
