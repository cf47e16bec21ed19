import { createInterface } from 'node:readline';

import { BigQueryCaller } from '../../lib/adapters/live/bigquery-caller.ts';
import type { CallOfTest } from './bigquery-process.ts';
import { edgesTo } from './live-edges.ts';

/** One caller for each server and its options, as a collection has it. */
const callers = new Map<string, { readonly caller: BigQueryCaller; readonly waits: readonly number[] }>();

function callerOf({ server, options, maxBytes }: CallOfTest) {
  const key = JSON.stringify([server, options, maxBytes]);
  const edges = edgesTo(server, { options });
  const patience = { ...edges.patience, ...(maxBytes && { maxBytes }) };
  const opened = callers.get(key) ?? { caller: new BigQueryCaller({ ...edges, patience }), waits: edges.waits };
  callers.set(key, opened);
  return opened;
}

/** Answers each call that comes as a line with a line: the client's packages load each other in a way that Jest does not know. */
for await (const line of createInterface({ input: process.stdin })) {
  const asked: CallOfTest = JSON.parse(line);
  const { caller, waits } = callerOf(asked);
  const said = await caller.call(asked.call).then(
    ({ text }) => ({ text }),
    ({ name, message }: Error) => ({ name, message }),
  );
  process.stdout.write(`${JSON.stringify({ ...said, waits })}\n`);
}
