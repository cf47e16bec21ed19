import type { StateMachine } from 'aws-local-stepfunctions';

import { DEFINITION } from './definition.ts';
import { type MissedSource, reasonOf } from './handlers.ts';

/** One step of a running month. A stage is done when `done` equals `total`; a stage without parts counts as one. */
export interface Progress {
  /** Name of the state: `PlanCollection`, `Collect`, `PlanFacts`, `BuildFacts`, … */
  readonly stage: string;
  /** The stage began, one part of it is done, or an attempt at a part failed (and may be tried again). */
  readonly state: 'started' | 'succeeded' | 'failed';
  readonly done: number;
  readonly total: number;
  /** What a reader should know: why an attempt failed, what a source refused. */
  readonly remark?: string;
}

type Events = ReturnType<StateMachine['run']>['eventLogs'];
type Event = Events extends AsyncGenerator<infer One> ? One : never;
/** An event of one kind; the runner's own types leave some kinds joined. */
type Of<Kind extends Event['type']> = Event & { readonly type: Kind };

/** Follows a run's events to their end and tells each as progress. */
export async function follow(events: Events, onProgress: (progress: Progress) => void): Promise<void> {
  const tally = new Tally();
  for await (const event of events) for (const progress of tally.see(event)) onProgress(progress);
}

/** Counts the parts of the stage that is running; stages run one after the other. */
class Tally {
  #stage = '';
  #done = 0;
  #total = 0;

  see(event: Event): Progress[] {
    switch (event.type) {
      case 'StateEntered':
        return this.#isInner(event) || isFork(event) ? [] : this.#enter(event as Of<'StateEntered'>);
      case 'StateExited':
        return this.#isInner(event) || isFork(event) ? [] : this.#exit();
      case 'StateFailed':
        return this.#fail(event as Of<'StateFailed'>);
      case 'MapIterationSucceeded':
        return this.#isPart(event) ? [this.#finishPart(event)] : [];
      default:
        return [];
    }
  }

  #isInner(event: object): boolean {
    return 'index' in event && event.index !== undefined;
  }

  /** A part of the stage itself, not a half of one that was split. */
  #isPart(event: object): boolean {
    const { parentState } = event as { readonly parentState?: { readonly name?: string } };
    return parentState?.name === this.#stage;
  }

  #enter({ state }: Of<'StateEntered'>): Progress[] {
    this.#stage = state.name;
    this.#done = 0;
    this.#total = partsOf(state.name, state.input);
    return [this.#now('started')];
  }

  /** Parts are told as they finish; a plain task, or a map of nothing, is told here. */
  #exit(): Progress[] {
    if (this.#done === this.#total && this.#total > 0) return [];
    this.#done = this.#total;
    return [this.#now('succeeded')];
  }

  #fail({ state, Error: name, Cause }: Of<'StateFailed'>): Progress[] {
    if (state.type !== 'Task') return [];
    return [this.#now('failed', reasonOf({ source_id: '', error: name, cause: textOf(Cause) }))];
  }

  #finishPart(event: Event): Progress {
    this.#done += 1;
    const output: unknown = 'output' in event ? event.output : undefined;
    if (isMissed(output)) return this.#now('failed', `${output.source_id} is missing: ${reasonOf(output)}`);
    return this.#now('succeeded', remarksIn(output));
  }

  #now(state: Progress['state'], remark?: string): Progress {
    const progress = { stage: this.#stage, state, done: this.#done, total: this.#total };
    return remark === undefined ? progress : { ...progress, remark };
  }
}

/** A state that works on nothing: it only chooses the next one, or ends the run. */
function isFork(event: object): boolean {
  const { state } = event as { readonly state?: { readonly type?: string } };
  return ['Choice', 'Succeed', 'Fail'].includes(state?.type ?? '');
}

/** How many parts a state's input holds for it: a map counts what its ItemsPath (`$.planned.shards`) points at. */
function partsOf(name: string, input: unknown): number {
  const path = DEFINITION.States[name]?.ItemsPath;
  if (path === undefined) return 1;
  const parts = path.split('.').slice(1);
  const found = parts.reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], input);
  return Array.isArray(found) ? found.length : 0;
}

function isMissed(output: unknown): output is MissedSource {
  return typeof output === 'object' && output !== null && 'error' in output && 'cause' in output;
}

function remarksIn(output: unknown): string | undefined {
  const remarks: unknown = (output as { remarks?: unknown } | null | undefined)?.remarks;
  return Array.isArray(remarks) && remarks.length > 0 ? remarks.join('\n') : undefined;
}

function textOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
