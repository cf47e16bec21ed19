const WIDTH = 80;
/** A word, or what stands in brackets, brackets in it included. */
const PIECE = /\[(?:[^[\]]|\[[^\]]*\])*\]|\S+/g;

/** `head` and a synopsis on lines that fit a terminal; an option is not torn from its value, nor brackets apart. */
export function synopsisLines(head: string, synopsis: string): string[] {
  const indent = ' '.repeat(head.search(/\S/) + 6);
  return folded(head, joined(synopsis.match(PIECE) ?? []), indent);
}

/** A sentence on lines that fit a terminal, all of them that far in. */
export function sentenceLines(indent: string, sentence: string): string[] {
  const [first = '', ...words] = sentence.split(' ');
  return folded(`${indent}${first}`, words, indent);
}

function folded(head: string, pieces: readonly string[], indent: string): string[] {
  const lines = [head];
  for (const piece of pieces) {
    const line = `${lines.at(-1)} ${piece}`;
    if (line.length <= WIDTH) lines[lines.length - 1] = line;
    else lines.push(`${indent}${piece}`);
  }
  return lines;
}

/** `--month YYYY-MM` is one piece. */
function joined(pieces: readonly string[]): string[] {
  return pieces.flatMap((piece, index) => {
    const before = pieces[index - 1] ?? '';
    if (before.startsWith('--') && !piece.startsWith('[')) return [];
    const next = pieces[index + 1];
    return piece.startsWith('--') && next !== undefined && !next.startsWith('[') ? [`${piece} ${next}`] : [piece];
  });
}
