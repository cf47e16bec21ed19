import type { Look } from '../look.ts';
import { microjoulesOf } from '../power.ts';

/** Longer between two readings of the wall, and its energy is not told. */
const LONGEST_MS = 60_000;

/** The whole host at its wall: its last reading, and its energy in microjoules since the agent started. */
export interface WallTotal {
  readonly method: string;
  readonly powerWatts: number;
  readonly runningMs: number;
  /** `undefined` until two readings have followed one another. */
  readonly energyMicrojoules: bigint | undefined;
  /** Whether the last tick had a reading. */
  readonly isCurrent: boolean;
}

/** The total with one more look in it: E = ½ (P₁ + P₂) · t between readings at most a minute apart. */
export function withWallTick(before: WallTotal | undefined, { wall, runningMs }: Look): WallTotal | undefined {
  if (!wall) return before && { ...before, isCurrent: false };
  const { method, powerWatts } = wall;
  const known = before?.method === method ? before : undefined;
  const elapsedMs = known ? runningMs - known.runningMs : 0;
  const isNext = known && elapsedMs > 0 && elapsedMs <= LONGEST_MS;
  const gain = isNext ? microjoulesOf((known.powerWatts + powerWatts) / 2, elapsedMs) : undefined;
  const energyMicrojoules =
    gain === undefined ? known?.energyMicrojoules : (known?.energyMicrojoules ?? 0n) + BigInt(Math.round(gain));
  return { method, powerWatts, runningMs, energyMicrojoules, isCurrent: true };
}
