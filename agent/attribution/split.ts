/**
 * Splits a whole amount by weights, so that the parts add up to it exactly: each part is rounded down, and what is left
 * goes, one by one, to the parts that lost most (largest remainder), the earlier first where they lost alike. Throws a
 * RangeError where a weight is negative or all are zero.
 */
export function splitExactly(amount: bigint, weights: readonly bigint[]): bigint[] {
  const sum = weights.reduce((total, weight) => total + weight, 0n);
  if (sum <= 0n || weights.some((weight) => weight < 0n)) {
    throw new RangeError(
      `Cannot split ${amount}: expected weights of at least 0 and one above, got ${weights.join(', ')}`,
    );
  }
  const parts = weights.map((weight) => (amount * weight) / sum);
  const left = Number(amount - parts.reduce((total, part) => total + part, 0n));
  for (const index of byRemainder(amount, weights, sum).slice(0, left)) parts[index] = (parts[index] ?? 0n) + 1n;
  return parts;
}

/** Positions of the weights, those whose parts lose most by rounding down first. */
function byRemainder(amount: bigint, weights: readonly bigint[], sum: bigint): number[] {
  const lost = weights.map((weight, index) => ({ index, remainder: (amount * weight) % sum }));
  return lost.sort((a, b) => Number(b.remainder - a.remainder) || a.index - b.index).map(({ index }) => index);
}
