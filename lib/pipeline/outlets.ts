import type { MetricPoint } from '../alarms/metric-point.ts';
import type { Letter } from '../disclosure/letter.ts';

/** The ways out of the book, to people and to monitoring. A laptop has none of them: it writes what it found into the book. */
export interface Outlets {
  /** Publishes metrics. May publish one twice when a run is repeated. */
  readonly publish?: (points: readonly MetricPoint[]) => Promise<void>;
  /** Tells people something in words. */
  readonly tell?: (subject: string, text: string) => Promise<void>;
  readonly post?: Post;
}

/** Sends letters. Kept by `lib/adapters/ses-post.ts`. */
export interface Post {
  /** Most bytes of a letter as it travels. */
  readonly mostBytes: number;
  /**
   * Sends a letter once and gives the post's own id for it. Throws `LetterRefused` where the post surely did not take it;
   * after any other error nobody knows.
   */
  send(letter: Letter, to: string): Promise<string>;
}

/** The post did not take the letter: it may be handed in again. */
export class LetterRefused extends Error {
  override readonly name = 'LetterRefused';
}
