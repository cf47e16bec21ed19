/**
 * Splits a whole amount by weights, so that the parts add up to it exactly: each part is rounded down, and what is left
 * goes, one by one, to the parts that lost most (largest remainder), the earlier first where they lost alike. Throws a
 * RangeError where a weight is negative or all are zero.
 */
export function splitExactly(amount: bigint, weights: readonly bigint[]): bigint[] {
  return splitByWeights(amount, weightsOf(weights));
}

/** Weights by which several amounts are split: what is the same in every split of them is worked out once. */
export interface Weights {
  readonly each: readonly bigint[];
  readonly sum: bigint;
  readonly least: bigint;
  /** The same as doubles; `undefined` where the product of the sum and a weight may be more than a double counts exactly. */
  readonly doubles: readonly number[] | undefined;
}

/** The largest whole number up to which a double counts exactly. */
const MOST = BigInt(Number.MAX_SAFE_INTEGER);

/** Works out once what every split by these weights needs. */
export function weightsOf(each: readonly bigint[]): Weights {
  let sum = 0n;
  let least = 0n;
  let most = 0n;
  for (let at = 0; at < each.length; at += 1) {
    const weight = each[at] ?? 0n;
    sum += weight;
    if (weight < least) least = weight;
    if (weight > most) most = weight;
  }
  return { each, sum, least, doubles: least === 0n && sum * most <= MOST ? each.map(Number) : undefined };
}

/** As `splitExactly`. */
export function splitByWeights(amount: bigint, weights: Weights): bigint[] {
  const { each, sum, least, doubles } = weights;
  if (sum <= 0n || least < 0n)
    throw new RangeError(
      `Cannot split ${amount}: expected weights of at least 0 and one above, got ${each.join(', ')}`,
    );
  if (doubles && amount >= 0n && amount <= MOST) return splitDoubles(Number(amount), Number(sum), doubles);
  let left = amount;
  const lost: bigint[] = [];
  const parts = each.map((weight) => {
    const product = amount * weight;
    const part = product / sum;
    lost.push(product - part * sum);
    left -= part;
    return part;
  });
  giveToThoseWhoLostMost(parts, lost, Number(left));
  return parts;
}

/**
 * The same with doubles, none of which is more than they count exactly: amount = quotient · sum + rest, so each part is
 * quotient · weight + rest · weight / sum. Bigints are new memory at each step: this is a host's most frequent reckoning.
 */
function splitDoubles(amount: number, sum: number, weights: readonly number[]): bigint[] {
  const rest = amount % sum;
  const quotient = (amount - rest) / sum;
  let left = amount;
  const lost = new Float64Array(weights.length);
  const parts = weights.map((weight, at) => {
    const product = rest * weight;
    const loss = product % sum;
    const part = quotient * weight + (product - loss) / sum;
    lost[at] = loss;
    left -= part;
    return BigInt(part);
  });
  giveToThoseWhoLostMost(parts, lost, left);
  return parts;
}

/** One each for the `count` parts that lost most. Sorted without a comparison of our own, which would be most of the cost. */
function giveToThoseWhoLostMost(parts: bigint[], lost: Float64Array | readonly bigint[], count: number): void {
  if (count === 0) return;
  const least = ascending(lost)[lost.length - count] ?? 0;
  let left = count;
  const give = (isTurn: (loss: bigint | number) => boolean) => {
    for (let at = 0; at < lost.length && left > 0; at += 1) {
      const loss = lost[at];
      if (loss === undefined || !isTurn(loss)) continue;
      parts[at] = (parts[at] ?? 0n) + 1n;
      left -= 1;
    }
  };
  give((loss) => loss > least);
  give((loss) => loss === least);
}

const BITS = 64;

function ascending(amounts: Float64Array | readonly bigint[]): ArrayLike<bigint | number> {
  if (amounts instanceof Float64Array) return amounts.toSorted();
  const fits = amounts.every((amount) => BigInt.asUintN(BITS, amount) === amount);
  return fits ? BigUint64Array.from(amounts).sort() : amounts.toSorted((a, b) => (a < b ? -1 : Number(a > b)));
}
