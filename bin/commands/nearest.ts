/** Names in the order of how few letters must change to come from `typed` to them. */
export function nearest(typed: string, names: readonly string[]): string[] {
  const ranked = names.map((name) => ({ name, distance: distanceBetween(typed, name) }));
  return ranked.sort((one, other) => one.distance - other.distance).map(({ name }) => name);
}

/** Levenshtein's distance: insertions, deletions and replacements of one letter. */
function distanceBetween(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const [index, letter] of [...one].entries()) {
    const next = [index + 1];
    for (const [at, against] of [...other].entries()) {
      const replaced = (row[at] ?? 0) + (letter === against ? 0 : 1);
      next.push(Math.min(replaced, (row[at + 1] ?? 0) + 1, (next[at] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
