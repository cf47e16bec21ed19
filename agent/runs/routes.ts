import type * as z from 'zod';

import { type LiveAnswer, Refusal, type Route } from '../live/router.ts';
import { RefusedRun, type Watch } from '../watch.ts';
import { endRunSchema, openRunSchema } from './requests.ts';

/** `POST /runs` opens a run and says since when; `POST /runs/<run_id>/end` ends it and answers with its record. */
export function runRoutes(watch: Watch): Route[] {
  return [
    {
      method: 'POST',
      path: '/runs',
      async answer({ body }) {
        const run = parsed(openRunSchema, body);
        const startedAt = await asAsked(watch.openRun(run));
        return json(201, { run_id: run.run_id, started_at: startedAt.toISOString() });
      },
    },
    {
      method: 'POST',
      path: '/runs/:run_id/end',
      answer: async ({ params, body }) =>
        json(200, await asAsked(watch.endRun(params['run_id'] ?? '', parsed(endRunSchema, body)))),
    },
  ];
}

function parsed<Body>(schema: z.ZodType<Body>, body: unknown): Body {
  const read = schema.safeParse(body);
  if (read.success) return read.data;
  const faults = read.error.issues.map(({ path, message }) => `${path.join('.') || 'the body'}: ${message}`);
  throw new Refusal(400, `Cannot read the run: ${faults.join('; ')}`);
}

async function asAsked<Given>(given: Promise<Given>): Promise<Given> {
  return given.catch((error: unknown) => {
    throw error instanceof RefusedRun ? new Refusal(409, error.message) : error;
  });
}

function json(status: number, body: unknown): LiveAnswer {
  return { status, type: 'application/json; charset=utf-8', text: `${JSON.stringify(body)}\n` };
}
