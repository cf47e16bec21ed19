import type { z } from 'zod';

import { RefusedRun, type Watch } from '../watch.ts';
import { endRunSchema, openRunSchema } from './requests.ts';

/** An answer of the live server: a status and a JSON body. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** `POST /runs`: opens a run and says since when. */
export async function answerOpenRun(watch: Watch, body: unknown): Promise<Answer> {
  return answered(openRunSchema, body, async (run) => ({
    status: 201,
    body: { run_id: run.run_id, started_at: (await watch.openRun(run)).toISOString() },
  }));
}

/** `POST /runs/<run_id>/end`: ends it and answers with its record. */
export async function answerEndRun(watch: Watch, runId: string, body: unknown): Promise<Answer> {
  return answered(endRunSchema, body, async (end) => ({ status: 200, body: await watch.endRun(runId, end) }));
}

async function answered<Body>(
  schema: z.ZodType<Body>,
  body: unknown,
  act: (body: Body) => Promise<Answer>,
): Promise<Answer> {
  const read = schema.safeParse(body);
  if (!read.success) {
    const faults = read.error.issues.map(({ path, message }) => `${path.join('.') || 'the body'}: ${message}`);
    return { status: 400, body: { error: `Cannot read the run: ${faults.join('; ')}` } };
  }
  try {
    return await act(read.data);
  } catch (error) {
    if (!(error instanceof RefusedRun)) throw error;
    return { status: 409, body: { error: error.message } };
  }
}
