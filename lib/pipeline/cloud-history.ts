import type { Progress } from './progress.ts';

/** A state of the machine that an execution has entered, with the number of its parts; a plain state is one part. */
export interface EnteredState {
  readonly name: string;
  readonly total: number;
  readonly isLeft: boolean;
}

/** The fields of an event that are read (AWS Step Functions API reference, `HistoryEvent`). */
export interface HistoryEvent {
  readonly type: string;
  readonly stateEnteredEventDetails?: { readonly name: string; readonly input?: string };
  readonly stateExitedEventDetails?: { readonly name: string };
}

/** The outer states of a machine and, for its maps, the path (`$.planned.shards`) at which the parts are listed. */
export type Outline = Readonly<Record<string, { readonly ItemsPath?: string }>>;

/** The outer states that a history has entered, in their order. What happens inside a map is counted elsewhere. */
export function statesEntered(events: readonly HistoryEvent[], outline: Outline): EnteredState[] {
  const left = new Set(events.flatMap(({ stateExitedEventDetails: details }) => (details ? [details.name] : [])));
  return events.flatMap(({ stateEnteredEventDetails: details }) => {
    const state = details && outline[details.name];
    if (!state) return [];
    return [{ name: details.name, total: partsOf(state.ItemsPath, details.input), isLeft: left.has(details.name) }];
  });
}

/** The state of type Fail that a history ends in; undefined where another one failed. */
export function deadEndOf(events: readonly HistoryEvent[]): string | undefined {
  return events.findLast(({ type }) => type === 'FailStateEntered')?.stateEnteredEventDetails?.name;
}

/** What there is to tell since the last look: states that began, and states that are over. */
export function progressSince(told: readonly EnteredState[], seen: readonly EnteredState[]): Progress[] {
  return seen.flatMap((state, index) => {
    const before = told[index];
    const began = before ? [] : [progressOf(state, 'started', 0)];
    return state.isLeft && !before?.isLeft ? [...began, progressOf(state, 'succeeded', state.total)] : began;
  });
}

/** A state's parts as they are counted while it runs. */
export function progressOf(
  { name, total }: EnteredState,
  state: Progress['state'],
  done: number,
  remark?: string,
): Progress {
  return { stage: name, state, done, total, ...(remark !== undefined && { remark }) };
}

/** Items at `$.a.b` of a state's input; 1 for a state that is no map, 0 where the history keeps no input. */
function partsOf(path: string | undefined, input: string | undefined): number {
  if (path === undefined) return 1;
  let at: unknown = parsed(input);
  for (const key of path.split('.').slice(1)) at = (at as Record<string, unknown> | undefined)?.[key];
  return Array.isArray(at) ? at.length : 0;
}

/** Input beyond 256 KB, or held back by the caller's rights, is cut off or absent: nothing is counted then. */
function parsed(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
