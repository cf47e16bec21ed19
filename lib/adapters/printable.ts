const PLACEHOLDER = '\u25a1';
/** Joiners, variation selectors, direction marks and the like: nothing of them is seen, so nothing stands for them. */
const UNSEEN = /\p{Default_Ignorable_Code_Point}/u;
const LINE_ENDS = '\n\r\t';

/** JSON whose texts are printable. In JSON a control character is written as an escape: it is seen only in the text itself. */
export function printableJson(json: string, hasGlyph: (codePoint: number) => boolean): string {
  const print = (_: string, value: unknown) =>
    typeof value === 'string' ? printable(value.replaceAll('\t', ' '), hasGlyph) : value;
  return JSON.stringify(JSON.parse(json, print));
}

/** The text with □ for every character that has no glyph; what has no look of its own is left out, control characters too. */
export function printable(text: string, hasGlyph: (codePoint: number) => boolean): string {
  return Array.from(text.toWellFormed(), (character) => {
    const codePoint = character.codePointAt(0) ?? 0;
    if (LINE_ENDS.includes(character)) return character;
    // Some fonts have a glyph for NUL; no picture may hold it.
    if (codePoint < 32) return '';
    if (hasGlyph(codePoint)) return character;
    return UNSEEN.test(character) ? '' : PLACEHOLDER;
  }).join('');
}
