/** A column of a table on the terminal. */
export interface Column {
  readonly head: string;
  readonly cells: readonly string[];
  readonly isNumber: boolean;
}

/** Lines of a table: texts to the left, numbers to the right, two blanks between columns. */
export function tableLines(columns: readonly Column[]): string[] {
  const padded = columns.map(({ head, cells, isNumber }) => {
    const width = Math.max(head.length, ...cells.map((cell) => cell.length));
    return [head, ...cells].map((cell) => (isNumber ? cell.padStart(width) : cell.padEnd(width)));
  });
  const rows = padded[0]?.length ?? 0;
  return Array.from({ length: rows }, (_, row) =>
    padded
      .map((cells) => cells[row])
      .join('  ')
      .trimEnd(),
  );
}
