import { addStep, type Step, type TimeByVoice } from './dealt-time.ts';

/** What a look says of a group. */
export interface GroupLook {
  /** `undefined` where its file did not answer this time. */
  readonly usage: bigint | undefined;
  /** What the workloads directly inside used since the look before. */
  readonly usedInside: bigint;
  /** The group was counted as a part of another one before it was found. */
  readonly isLate: boolean;
  readonly voices: Step['voices'];
  /** CPU time of the processes of each voice since the look before. */
  readonly spoken: TimeByVoice;
}

/** What is known of a control group's CPU time, look by look, in microseconds. It grows in place: a host has hundreds of them. */
export class GroupTime {
  readonly #times = new Map<string, bigint>();
  #isNew = true;
  #usage: bigint | undefined;
  #used = 0n;
  /** What groups inside have claimed beyond what this one counted, not yet made up for: at most zero. */
  #debt = 0n;

  /** As its file last said; `undefined` where it has not said anything yet. */
  get usage(): bigint | undefined {
    return this.#usage;
  }

  /** What the group used between the last two looks, with all that lies in it. */
  get used(): bigint {
    return this.#used;
  }

  /** Its own time, without that of the workloads inside, by voice. */
  get times(): TimeByVoice {
    return this.#times;
  }

  /**
   * One look further. A pod counts its containers too: what it used beside them is its own. Files are not read in the same instant,
   * so the parts may run ahead of the whole for a moment; that is made up for before anything is its own.
   */
  look({ usage = this.#usage, usedInside, isLate, voices, spoken }: GroupLook): void {
    this.#used = usage === undefined ? 0n : this.#usedSince(usage, isLate);
    this.#usage = usage;
    this.#isNew = false;
    const own = this.#used - usedInside + this.#debt;
    this.#debt = own < 0n ? own : 0n;
    addStep(this.#times, { microseconds: own > 0n ? own : 0n, voices, spoken });
  }

  /** A group that is new counts from its beginning; one that was begun anew stands lower than before, and all of it is new. */
  #usedSince(usage: bigint, isLate: boolean): bigint {
    if (this.#usage !== undefined) return usage >= this.#usage ? usage - this.#usage : usage;
    return this.#isNew && !isLate ? usage : 0n;
  }
}
