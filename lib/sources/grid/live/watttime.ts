import { type DayChunk, dayChunks, later } from '../../day-chunks.ts';
import { understandList } from '../../json-answer.ts';
import type { AskRequest, LiveProvider, Question } from '../../live.ts';

const HOST = 'api.watttime.org';
/** The service answers at most 32 days of five-minute values a call; half of it keeps an answer small. */
const DAYS_PER_CALL = 16;
const TOKEN_MINUTES = 30;
/** A newer model restates the past; by when it does is not published, so two months are a choice. */
const FINAL_AFTER_DAYS = 62;

/**
 * Marginal operating emissions of a region. For advice on when to run, never for an inventory: they land as factors of
 * the kind `marginal`, which the ledger takes for no figure.
 */
export const watttime = {
  id: 'watttime',
  kind: 'grid',
  about: 'Marginal emissions by five minutes (WattTime): for advice only, in no figure',
  reference: 'docs.watttime.org, GET /login and GET /v3/historical',
  egress: [HOST],
  options: { region: { about: 'Region of WattTime, for instance CAISO_NORTH', required: true } },
  needsSecret: true,
  ask: (request) => dayChunks(request, DAYS_PER_CALL).map((chunk) => question(chunk, request)),
  understand: (_, answer) => understandList(answer, 'data'),
} as const satisfies LiveProvider;

/** The secret is `name:password`; a log-in by it gives the token. */
function question({ day, part, from, to }: DayChunk, { options, asOf }: AskRequest): Question {
  const query = new URLSearchParams({
    region: options['region'] ?? '',
    start: from,
    end: to < asOf ? to : asOf,
    signal_type: 'co2_moer',
  });
  const url = `https://${HOST}/v3/historical?${query}`;
  const auth = { kind: 'login', url: `https://${HOST}/login`, tokenMinutes: TOKEN_MINUTES } as const;
  return {
    name: `${day}.json`,
    part,
    call: { transport: 'http', method: 'GET', url, headers: { accept: 'application/json' }, auth },
    finalAfter: later(to, FINAL_AFTER_DAYS),
  };
}
