const PLACEHOLDER = '\u25a1';
/** Joiners, variation selectors, direction marks and the like: nothing of them is seen, so nothing stands for them. */
const UNSEEN = /\p{Default_Ignorable_Code_Point}/u;
const LINE_ENDS = '\n\r\t';

/** The text with □ for every character that has no glyph; what has no look of its own is left out, control characters too. */
export function printable(text: string, hasGlyph: (codePoint: number) => boolean): string {
  return Array.from(text.toWellFormed(), (character) => {
    const codePoint = character.codePointAt(0) ?? 0;
    if (hasGlyph(codePoint) || LINE_ENDS.includes(character)) return character;
    return UNSEEN.test(character) || codePoint < 32 ? '' : PLACEHOLDER;
  }).join('');
}
