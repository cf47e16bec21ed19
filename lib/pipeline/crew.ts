import { messageOf } from '../landing/message.ts';
import { FUNCTIONS, type Handlers } from './handlers.ts';

/** A month that could not be closed: which state failed, at which part, and the handler's own error as `cause`. */
export class StageFailed extends Error {
  override readonly name = 'StageFailed';
  /** Name of the state in the definition, for instance `SettleShard`. */
  readonly state: string;
  override readonly cause: unknown;

  constructor(state: string, part: string, cause: unknown) {
    super(`Cannot finish ${state}${part && ` of ${part}`}: ${messageOf(cause)}`);
    this.state = state;
    this.cause = cause;
  }
}

/** What the definition hands to a Lambda: the function by name and the payload. */
interface Invocation {
  readonly FunctionName: keyof typeof FUNCTIONS;
  readonly Payload: unknown;
}
const FUNCTION_NAMES = Object.keys(FUNCTIONS) as readonly Invocation['FunctionName'][];

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** Carries out the Task states of one run with local handlers, and knows which of them failed and which are still at work. */
export class Crew {
  readonly #handlers: Handlers;
  readonly #atWork = new Set<Promise<unknown>>();
  readonly #failures = new Map<unknown, StageFailed>();
  #dismissed = false;

  constructor(handlers: Handlers) {
    this.#handlers = handlers;
  }

  /** A handler for the runner: takes a state's parameters and answers as the Lambda integration does. */
  worker(state: string): (parameters: Json) => Promise<Json> {
    return async (parameters) => {
      // The runner starts the next part of a map before it learns that an earlier one has ended the run.
      await nextTurn();
      if (this.#dismissed) throw new Error('Cannot start: the run is over');
      const work = this.#work(state, invocationIn(parameters));
      this.#atWork.add(work);
      return work.finally(() => this.#atWork.delete(work));
    };
  }

  /** Lets nobody start any more and waits for those who have started. */
  async dismiss(): Promise<void> {
    this.#dismissed = true;
    await Promise.allSettled(this.#atWork);
  }

  /** The failure of a run in terms of its stages. */
  explain(reason: unknown): Error {
    const cause = (reason as { cause?: unknown }).cause;
    return this.#failures.get(cause) ?? this.#toldAgain(cause) ?? new StageFailed('the run', '', cause ?? reason);
  }

  /** A failure that a state caught and failed with in its turn: the same name and words. */
  #toldAgain(cause: unknown): StageFailed | undefined {
    const told = asLambdaTells(cause);
    const seen = [...this.#failures].find(([one]) => {
      const { name, message } = asLambdaTells(one);
      return name === told.name && message === told.message;
    });
    return seen?.[1];
  }

  async #work(state: string, { FunctionName, Payload }: Invocation): Promise<Json> {
    const handler = this.#handlers[FUNCTIONS[FunctionName]] as (payload: unknown) => Promise<unknown>;
    try {
      // Through JSON, as the answer of a Lambda: what does not survive it must not survive here.
      return { Payload: JSON.parse(JSON.stringify((await handler(Payload)) ?? null)) };
    } catch (error) {
      const seen = asLambdaTells(error);
      this.#failures.set(seen, new StageFailed(state, partIn(Payload), error));
      throw seen;
    }
  }
}

function invocationIn(parameters: Json): Invocation {
  const { FunctionName: name, Payload } = (parameters ?? {}) as {
    readonly FunctionName?: Json;
    readonly Payload?: Json;
  };
  const known = FUNCTION_NAMES.find((each) => each === name);
  if (!known) throw new Error(`Cannot call a function: expected one of ${FUNCTION_NAMES.join(', ')}, got ${name}`);
  return { FunctionName: known, Payload };
}

function partIn(payload: unknown): string {
  const { shard, source_id } = payload as { shard?: string; source_id?: string };
  return shard ?? source_id ?? '';
}

/** Name and message are all that a state machine sees of an error. */
function asLambdaTells(error: unknown): Error {
  const name = typeof error === 'object' && error !== null && 'name' in error ? String(error.name) : 'Error';
  return Object.assign(new Error(messageOf(error)), { name });
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
