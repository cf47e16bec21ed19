/** One value of a signal at a time, ISO 8601 UTC; `undefined` where nobody knows it. */
export interface Point {
  readonly at: string;
  readonly value: number | undefined;
}

/** A signal of the whole month, or of one model, run, host or source: its points in the order of time. */
export interface Series {
  /** Null for the whole. */
  readonly subject: string | null;
  readonly points: readonly Point[];
}

/** A number that SQL gave as text; `undefined` for NULL. */
export function numberIn(text: string | null): number | undefined {
  return text === null ? undefined : Number(text);
}

/** A quotient, `undefined` where a term is unknown or nothing is divided by. */
export function ratioOf(numerator: string | null, denominator: string | null, factor = 1): number | undefined {
  const [above, below] = [numberIn(numerator), numberIn(denominator)];
  return above === undefined || below === undefined || below <= 0 ? undefined : (factor * above) / below;
}
