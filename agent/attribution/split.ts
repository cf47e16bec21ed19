/**
 * Splits a whole amount by weights, so that the parts add up to it exactly: each part is rounded down, and what is left
 * goes, one by one, to the parts that lost most (largest remainder), the earlier first where they lost alike. Throws a
 * RangeError where a weight is negative or all are zero.
 */
export function splitExactly(amount: bigint, weights: readonly bigint[]): bigint[] {
  const sum = sumOf(amount, weights);
  let left = amount;
  const lost: bigint[] = [];
  const parts = weights.map((weight) => {
    const product = amount * weight;
    const part = product / sum;
    lost.push(product - part * sum);
    left -= part;
    return part;
  });
  giveToThoseWhoLostMost(parts, lost, Number(left));
  return parts;
}

function sumOf(amount: bigint, weights: readonly bigint[]): bigint {
  let sum = 0n;
  let least = 0n;
  for (const weight of weights) {
    sum += weight;
    if (weight < least) least = weight;
  }
  if (sum > 0n && least === 0n) return sum;
  throw new RangeError(
    `Cannot split ${amount}: expected weights of at least 0 and one above, got ${weights.join(', ')}`,
  );
}

/** One each for the `count` parts that lost most. Sorted without a comparison of our own, which would be most of the cost. */
function giveToThoseWhoLostMost(parts: bigint[], lost: readonly bigint[], count: number): void {
  if (count === 0) return;
  const least = ascending(lost)[lost.length - count] ?? 0n;
  let left = count;
  const give = (isTurn: (loss: bigint) => boolean) => {
    for (let index = 0; index < lost.length && left > 0; index += 1) {
      if (!isTurn(lost[index] ?? 0n)) continue;
      parts[index] = (parts[index] ?? 0n) + 1n;
      left -= 1;
    }
  };
  give((loss) => loss > least);
  give((loss) => loss === least);
}

const BITS = 64;

function ascending(amounts: readonly bigint[]): BigUint64Array | readonly bigint[] {
  const fits = amounts.every((amount) => BigInt.asUintN(BITS, amount) === amount);
  return fits ? BigUint64Array.from(amounts).sort() : amounts.toSorted((a, b) => (a < b ? -1 : Number(a > b)));
}
