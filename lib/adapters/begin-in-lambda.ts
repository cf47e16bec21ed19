import { ExecutionAlreadyExists, ListExecutionsCommand, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import type { Context } from 'aws-lambda';

import { type BeginRequest, type DueRun, dueRun } from '../pipeline/begin.ts';
import { functionSetting } from './function-setting.ts';
import { observed } from './observed.ts';
import { tracedClient } from './traces.ts';

/** The environment variables of the function: addresses of the machines, and a time zone such as Europe/Berlin. */
export type BeginSetting = 'CLOSE_MACHINE' | 'LANDING_MACHINE' | 'TIME_ZONE';
/** Which of the two state machines is begun. */
export type Machine = DueRun['machine'];

const ADDRESSES = { close: 'CLOSE_MACHINE', landing: 'LANDING_MACHINE' } as const satisfies Record<
  Machine,
  BeginSetting
>;

/**
 * A Lambda handler that starts the machine that is due; asked twice for the same work and time it starts one run. Answers
 * null where nothing is due, or where the machine must first be free.
 */
export function beginInLambda(): (request: BeginRequest, context: Context) => Promise<DueRun | null> {
  const client = tracedClient(new SFNClient({}));
  return observed(async (request, logger) => {
    const due = dueRun(request, functionSetting('TIME_ZONE' satisfies BeginSetting));
    const hindrance = await whyNot(due, client);
    if (hindrance) logger.info(hindrance, { due });
    if (!due || hindrance) return null;
    await start(due, client);
    return due;
  });
}

async function whyNot(due: DueRun | undefined, client: SFNClient): Promise<string | undefined> {
  if (!due) return 'Nothing is due';
  return due.isOnlyAlone && (await isAnyBusy(client)) ? 'Another run is under way' : undefined;
}

/** Whether either machine is at work: a landing collects from the same inbox, and what both put together would land twice. */
async function isAnyBusy(client: SFNClient): Promise<boolean> {
  for (const address of Object.values(ADDRESSES)) {
    const stateMachineArn = functionSetting(address);
    const asked = new ListExecutionsCommand({ stateMachineArn, statusFilter: 'RUNNING', maxResults: 1 });
    const { executions = [] } = await client.send(asked);
    if (executions.length > 0) return true;
  }
  return false;
}

async function start({ machine, name, input }: DueRun, client: SFNClient): Promise<void> {
  const stateMachineArn = functionSetting(ADDRESSES[machine]);
  try {
    await client.send(new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(input) }));
  } catch (error) {
    // The schedule delivers at least once: the run of this name has ended already.
    if (!(error instanceof ExecutionAlreadyExists)) throw error;
  }
}
