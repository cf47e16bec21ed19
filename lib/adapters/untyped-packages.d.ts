/** The parts of fontkit 2 that are used; the package has no types. */
declare module 'fontkit' {
  export interface Font {
    readonly unitsPerEm: number;
    layout(text: string): { readonly advanceWidth: number };
    hasGlyphForCodePoint(codePoint: number): boolean;
  }
  export interface FontCollection {
    readonly fonts: readonly Font[];
  }
  /** Opens the bytes of a font file; throws for anything else. */
  export function create(bytes: Uint8Array): Font | FontCollection;
}

/** Tables `yearly2021` and so on of CO2.js, checked where they are read; the package has no types. */
declare module '@tgwf/co2/data/electricity-maps';
