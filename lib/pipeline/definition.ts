import type { StateMachineDefinition } from 'aws-local-stepfunctions';

import synthesised from './definition.asl.json' with { type: 'json' };

/** The parts of a state that the local run reads or fits to one machine. */
export interface State {
  readonly Type: string;
  readonly Next?: string;
  readonly End?: boolean;
  readonly TimeoutSeconds?: number;
  readonly Retry?: readonly unknown[];
  readonly ItemsPath?: string;
  readonly MaxConcurrency?: number;
  readonly ItemProcessor?: { readonly StartAt: string; readonly States: States };
}
/** States by their names. */
export type States = Readonly<Record<string, State>>;

/** The definition as it is deployed (lib/stack): written by `tools/synth-definition.ts`, never by hand. */
export const DEFINITION: { readonly StartAt: string; readonly States: States } = synthesised;

/** The outer states that do work, in their order: those that are told of, and after which a run may be stopped. */
export const WORKING: States = Object.fromEntries(
  Object.entries(DEFINITION.States).filter(([, { Type }]) => Type === 'Task' || Type === 'Map'),
);

/** The local runner gives up after a minute where no time is set; a laptop may take as long as it takes. */
const A_WEEK_SECONDS = 7 * 24 * 60 * 60;

/** The definition for one machine: no more parts at a time than `limit`, no deadlines, and an early end where asked for. */
export function fittedTo(limit: number, until?: string): StateMachineDefinition {
  const { StartAt, States } = DEFINITION;
  const fitted = {
    StartAt,
    States: until === undefined ? limited(States, limit) : endAfter(until, limited(States, limit)),
  };
  return fitted as unknown as StateMachineDefinition;
}

/** All Task states by name, also those inside maps. */
export function tasksOf(states: States): [string, State][] {
  return Object.entries(states).flatMap(([name, state]) => {
    if (state.ItemProcessor) return tasksOf(state.ItemProcessor.States);
    return state.Type === 'Task' ? [[name, state] as [string, State]] : [];
  });
}

function limited(states: States, limit: number): States {
  return Object.fromEntries(Object.entries(states).map(([name, state]) => [name, limitedState(state, limit)]));
}

function limitedState(state: State, limit: number): State {
  if (state.Type === 'Task') return { ...state, TimeoutSeconds: A_WEEK_SECONDS };
  if (!state.ItemProcessor) return state;
  return {
    ...state,
    MaxConcurrency: Math.min(state.MaxConcurrency ?? limit, limit),
    ItemProcessor: { ...state.ItemProcessor, States: limited(state.ItemProcessor.States, limit) },
  };
}

function endAfter(name: string, states: States): States {
  const last = states[name];
  if (!last || !WORKING[name])
    throw new RangeError(`Cannot stop after ${name}: expected one of ${Object.keys(WORKING).join(', ')}`);
  const { Next: _, ...ending } = last;
  return { ...states, [name]: { ...ending, End: true } };
}
