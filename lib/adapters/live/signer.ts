import type { HttpCall } from '../../sources/live.ts';
import type { CallerEdges } from './caller-edges.ts';
import type { Reply } from './exchange.ts';

/** Adds what a provider knows its user by. */
export interface Signer {
  /** What was refused, for people; never its value. */
  readonly credential: string;
  sign(call: HttpCall): Promise<HttpCall>;
  /** After a refusal: gets a fresh token, and says whether another attempt has a chance. */
  renew(refusal: Reply): Promise<boolean>;
}

/** What a signer may act on. */
export interface SignerEdges extends CallerEdges {
  /** Asks without a signature: for a log-in. */
  ask(call: HttpCall): Promise<Reply>;
}
