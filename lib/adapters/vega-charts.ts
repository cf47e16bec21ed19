import { readFile } from 'node:fs/promises';
import { create, type Font } from 'fontkit';
import { parse, resetSVGDefIds, type TextMark, textMetrics, View } from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';

import { interPaths } from './fonts.ts';

type Chart = (specification: unknown) => Promise<string>;

/**
 * Makes the `chart` renderer: a Vega-Lite specification becomes SVG text, the same for the same specification. Text is
 * measured with the real font, since without a canvas Vega guesses and draws legends wider than the plot.
 */
export async function openVegaCharts(fontFolder?: string): Promise<Chart> {
  const { regular } = interPaths(fontFolder);
  const font = create(await readFile(regular));
  if (!('layout' in font)) throw new Error(`Cannot measure text with ${regular}: expected one font, got a collection`);
  return async (specification) => {
    textMetrics.width = (mark, text) => widthOf(font, mark, String(text));
    resetSVGDefIds();
    const view = new View(parse(compile(specification as TopLevelSpec).spec), { renderer: 'none' });
    try {
      return await view.toSVG();
    } finally {
      view.finalize();
    }
  };
}

/** A mark with a limit is cut there by Vega, so it is never wider. */
function widthOf(font: Font, { fontSize = 11, limit }: TextMark, text: string): number {
  const width = (font.layout(text).advanceWidth / font.unitsPerEm) * fontSize;
  return limit ? Math.min(width, limit) : width;
}
