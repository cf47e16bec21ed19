import { readFile } from 'node:fs/promises';
import { NodeCompiler, type NodeTypstDocument } from '@myriaddreamin/typst-ts-node-compiler';
import { create, type Font } from 'fontkit';

import { interPaths } from './fonts.ts';
import { markAccessible } from './pdf-markers.ts';
import { printable, printableJson } from './printable.ts';

type Pdf = (main: string, files: Readonly<Record<string, Uint8Array>>, publishedAt: string) => Promise<Uint8Array>;

/** Never on the disk: the compiler reads only what is mapped under it. */
const WORKSPACE = '/joulebook-disclosure';
/** Files whose text is set on a page, and how it is made printable; all others are attached byte for byte. */
const PRINTED_FILES = [
  { name: /^view\.json$/, print: printableJson },
  { name: /\.svg$/, print: printable },
];

/**
 * Makes the `pdf` renderer: Typst source and the files beside it become one PDF, valid as PDF/A-3a (archive) and PDF/UA-1
 * (accessible), the same bytes for the same input. Characters that Inter lacks are printed as □ in `view.json` and in
 * `*.svg`. Throws where the source does not compile, a picture lacks its alternative text, or a heading level is skipped.
 */
export async function openTypst(fontFolder?: string): Promise<Pdf> {
  const paths = Object.values(interPaths(fontFolder));
  const fontBlobs = await Promise.all(paths.map((path) => readFile(path)));
  const fonts = fontBlobs.map(openFont);
  const hasGlyph = (codePoint: number) => fonts.every((font) => font.hasGlyphForCodePoint(codePoint));
  const compiler = NodeCompiler.create({ workspace: WORKSPACE, fontArgs: [{ fontBlobs }] });
  return async (main, files, publishedAt) => {
    compiler.resetShadow();
    for (const [name, bytes] of Object.entries(files)) {
      const print = PRINTED_FILES.find((each) => each.name.test(name))?.print;
      const content = print ? print(new TextDecoder().decode(bytes), hasGlyph) : bytes;
      compiler.mapShadow(`${WORKSPACE}/${name}`, Buffer.from(content));
    }
    const document = compile(compiler, main);
    const creationTimestamp = Date.parse(publishedAt) / 1000;
    // Only the UA export refuses skipped headings and a missing title; Typst 0.14 takes one standard at a time, so it is the gate.
    compiler.pdf(document, { pdfStandard: 'ua-1', creationTimestamp });
    return markAccessible(compiler.pdf(document, { pdfStandard: 'a-3a', creationTimestamp }));
  };
}

function compile(compiler: NodeCompiler, main: string): NodeTypstDocument {
  compiler.addSource(`${WORKSPACE}/main.typ`, main);
  const compiled = compiler.compile({ mainFilePath: `${WORKSPACE}/main.typ`, resetRead: true });
  const { result } = compiled;
  if (result) return result;
  const error = compiled.takeError();
  throw new Error(`Cannot set the disclosure as PDF: ${JSON.stringify(error?.shortDiagnostics ?? [])}`);
}

function openFont(bytes: Uint8Array): Font {
  const font = create(bytes);
  if ('hasGlyphForCodePoint' in font) return font;
  throw new Error('Cannot use a font: expected one font in the file, got a collection');
}
