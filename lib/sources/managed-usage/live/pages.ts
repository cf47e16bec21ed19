import { type DayChunk, dayChunks, later } from '../../day-chunks.ts';
import { objectIn, pageName, textIn } from '../../json-answer.ts';
import type { Answer, AskRequest, HttpAuth, LiveProvider, Question, Understood } from '../../live.ts';

/** Both services give at most 168 buckets of an hour a page. */
export const HOURS_PER_PAGE = 168;
const DAYS_PER_PAGE = HOURS_PER_PAGE / 24;
/** Neither service says when an hour is final; a week is a choice. */
const FINAL_AFTER_DAYS = 7;

/** One list of buckets that a service gives page by page. */
export interface UsageReport {
  /** What its answers land by, before the day: `completions-2026-06-01.json`; nothing for an empty text. */
  readonly prefix: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly auth: HttpAuth;
  /** The service's own words for a range of time, half-open, and for the groups. */
  query(chunk: { readonly from: string; readonly to: string }): URLSearchParams;
}

/** A week a question. Nothing after `asOf` is asked for, and no hour that it cuts. */
export function askReport(request: AskRequest, report: UsageReport): Question[] {
  const wholeHour = `${request.asOf.slice(0, 13)}:00:00Z`;
  return dayChunks({ ...request, asOf: wholeHour }, DAYS_PER_PAGE).map((chunk) => question(chunk, wholeHour, report));
}

function question({ day, part, from, to }: DayChunk, wholeHour: string, report: UsageReport): Question {
  const { prefix, url, headers, auth } = report;
  const query = report.query({ from, to: to < wholeHour ? to : wholeHour });
  return {
    name: `${prefix}${day}.json`,
    part: prefix === '' ? part : `${prefix.replace(/-$/, '')} ${part}`,
    call: { transport: 'http', method: 'GET', url: `${url}?${query}`, headers, auth },
    finalAfter: later(to, FINAL_AFTER_DAYS),
  };
}

/** A page of buckets, and the question for the next one where the answer names it. */
export const understandPage: LiveProvider['understand'] = (question: Question, { text }: Answer): Understood => {
  const page = objectIn({ text });
  if (!page || !Array.isArray(page['data'])) return refused(text, 'JSON with a list `data` of buckets');
  if (page['has_more'] !== true) return {};
  const cursor = textIn(page, 'next_page');
  return cursor === undefined
    ? refused(text, 'a `next_page`, since it has_more')
    : { next: nextPage(question, cursor) };
};

function refused(text: string, expected: string): Understood {
  return { refused: { found: text === '' ? 'an empty answer' : text.slice(0, 80), expected } };
}

/** The same question with the cursor that the answer names. */
function nextPage(question: Question, cursor: string): Question {
  const { call, name } = question;
  if (call.transport !== 'http')
    throw new TypeError(`Cannot turn a page: expected a call by http, got ${call.transport}`);
  const url = new URL(call.url);
  url.searchParams.set('page', cursor);
  return { ...question, name: pageName(name), call: { ...call, url: url.href } };
}
