import { type DayChunk, dayChunks, later } from '../../day-chunks.ts';
import { understandList } from '../../json-answer.ts';
import type { LiveProvider, Question } from '../../live.ts';

const HOST = 'api.carbonintensity.org.uk';
/** The service answers at most 14 days a call. */
const DAYS_PER_CALL = 14;
/** Values of a half-hour are settled within days; a month later none has been seen to change. */
const FINAL_AFTER_DAYS = 31;

/** Carbon intensity of Great Britain by the half-hour, from the National Energy System Operator. */
export const ukCarbonIntensity = {
  id: 'uk-carbon-intensity',
  kind: 'grid',
  about: 'Carbon intensity of Great Britain by the half-hour (NESO): direct emissions, without a key',
  reference: 'carbon-intensity.github.io/api-definitions, GET /intensity/{from}/{to}',
  egress: [HOST],
  options: {},
  needsSecret: false,
  ask: (request) => dayChunks(request, DAYS_PER_CALL).map(question),
  understand: (_, answer) => understandList(answer, 'data'),
} as const satisfies LiveProvider;

/** The service counts a half-hour to the instant in which it ends: from 00:30 on, or the one before midnight comes too. */
function question({ day, part, to }: DayChunk): Question {
  const url = `https://${HOST}/intensity/${day}T00:30Z/${to.slice(0, 10)}T00:00Z`;
  return {
    name: `${day}.json`,
    part,
    call: { transport: 'http', method: 'GET', url, headers: { accept: 'application/json' }, auth: { kind: 'none' } },
    finalAfter: later(to, FINAL_AFTER_DAYS),
  };
}
