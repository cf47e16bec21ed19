import type { CounterReading } from '../../counter.ts';

/** Less time than this tells more of the two meters' sampling than of their agreement. */
const SHORTEST_MS = 60_000;
const LEAST = 2 / 3;
const MOST = 3 / 2;

interface Both {
  readonly counter: bigint;
  readonly integral: bigint;
}

/** Energy by a counter over energy by integrated power, since either of them last began anew. */
export class CounterCheck {
  #first: (Both & { readonly runningMs: number }) | undefined;
  #last: Both | undefined;
  #elapsedMs = 0;

  add(counter: CounterReading, integral: CounterReading | undefined, runningMs: number): void {
    if (!integral) return;
    const now = { counter: counter.energyMicrojoules, integral: integral.energyMicrojoules };
    const hasRestarted = this.#last && (now.counter < this.#last.counter || now.integral < this.#last.integral);
    if (!this.#first || hasRestarted) this.#first = { ...now, runningMs };
    this.#last = now;
    this.#elapsedMs = runningMs - this.#first.runningMs;
  }

  /** `undefined` in the first minute, and where no power was drawn. */
  ratio(): number | undefined {
    if (!this.#first || !this.#last || this.#elapsedMs < SHORTEST_MS) return undefined;
    const integral = this.#last.integral - this.#first.integral;
    return integral > 0n ? Number(this.#last.counter - this.#first.counter) / Number(integral) : undefined;
  }

  /** The two differ by more than half: 187 J beside 327 J has been seen (github.com/ml-energy/zeus/issues/181). */
  isDoubtful(): boolean {
    const ratio = this.ratio();
    return ratio !== undefined && (ratio < LEAST || ratio > MOST);
  }
}
