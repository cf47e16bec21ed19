/** Control characters (C0, C1), and those that turn the direction of what follows (Unicode UAX #9: embeddings, overrides, isolates). */
const STEERING = /\p{Cc}|[\u202a-\u202e\u2066-\u2069]/gu;

/**
 * Text as a terminal may show it: names and cells of strangers would colour it, clear it or rename its window. What would steer it
 * stands as `\u001b`; so JSON stays the same JSON.
 */
export function visible(text: string): string {
  return text.replaceAll(STEERING, (character) => {
    const code = character.charCodeAt(0).toString(16).padStart(4, '0');
    return character === '\n' || character === '\t' ? character : `\\u${code}`;
  });
}
