const SEED = 'joulebook example 2026-06';

/**
 * A number in [0, 1) that depends on the seed and the name alone: not on the order of calls, the clock or the machine.
 *
 * FNV-1a over the characters, then the finaliser of MurmurHash3, both in 32-bit integers.
 */
export function fraction(name: string): number {
  return hash(`${SEED}/${name}`) / 2 ** 32;
}

/** A number in [low, high) for a name. */
export function between(name: string, low: number, high: number): number {
  return low + (high - low) * fraction(name);
}

/** Hexadecimal digits for a name: ids that look like a provider's and belong to nobody. */
export function hexDigits(name: string, digits: number): string {
  const words = Array.from({ length: Math.ceil(digits / 8) }, (_, index) => hash(`${SEED}/${name}/${index}`));
  return words
    .map((word) => word.toString(16).padStart(8, '0'))
    .join('')
    .slice(0, digits);
}

function hash(text: string): number {
  let mixed = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) mixed = Math.imul(mixed ^ text.charCodeAt(index), 0x01000193);
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
