import { StateMachine } from 'aws-local-stepfunctions';

import { Crew } from './crew.ts';
import { DEFINITION, fittedTo, tasksOf } from './definition.ts';
import type { Handlers } from './handlers.ts';
import { follow, type Progress } from './progress.ts';
import type { DisclosureReport, MonthRun } from './stage.ts';

/** How a month is run in this process. */
export interface LocalOptions {
  /** Parts of a stage that are worked on at a time. */
  readonly limit?: number;
  /** Pause before a source that was unavailable is asked again; the deployed definition waits longer than a person would. */
  readonly retryIntervalSeconds?: number;
  /** The last state to run, for instance `ComputeKpis`: nothing is answered then. */
  readonly until?: string;
}

/**
 * Closes a month in this process, by the same definition as in the cloud, and answers with what `WriteDisclosure` did.
 * What `run` has beside month and moment (`watch`, `kinds`) goes along, as in the input of an execution.
 * Throws `StageFailed` with the state's name and the handler's own error; no handler is at work any more by then.
 */
export function runLocally(
  run: MonthRun,
  handlers: Handlers,
  onProgress: (progress: Progress) => void,
  options: LocalOptions & { readonly until: string },
): Promise<undefined>;
export function runLocally(
  run: MonthRun,
  handlers: Handlers,
  onProgress: (progress: Progress) => void,
  options?: LocalOptions,
): Promise<DisclosureReport>;
export async function runLocally(
  run: MonthRun,
  handlers: Handlers,
  onProgress: (progress: Progress) => void,
  { limit = 1, retryIntervalSeconds = 1, until }: LocalOptions = {},
): Promise<DisclosureReport | undefined> {
  const machine = new StateMachine(fittedTo(limit, until), { validationOptions: { noValidate: true } });
  const crew = new Crew(handlers);
  const tasks = tasksOf(DEFINITION.States);
  const execution = machine.run(
    { ...run },
    {
      overrides: {
        taskResourceLocalHandlers: Object.fromEntries(tasks.map(([name]) => [name, crew.worker(name)])),
        retryIntervalOverrides: Object.fromEntries(tasks.map(([name]) => [name, retryIntervalSeconds * 1000])),
      },
    },
  );
  const [answer, told] = await Promise.allSettled([execution.result, follow(execution.eventLogs, onProgress)]);
  await crew.dismiss();
  if (answer.status === 'rejected') throw crew.explain(answer.reason);
  if (told.status === 'rejected') throw told.reason;
  return until === undefined ? (answer.value as unknown as DisclosureReport) : undefined;
}
