import type { Question } from './live.ts';

/** A text that stands in an answer under a name and is not empty. */
export function textIn(answer: Readonly<Record<string, unknown>> | undefined, name: string): string | undefined {
  const value = answer?.[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** The page behind a question to AWS: what was asked, with the token of the answer, under the next name. */
export function pageAfter(question: Question, token: Readonly<Record<string, unknown>>): Question {
  const { call } = question;
  if (call.transport !== 'aws')
    throw new TypeError(`Cannot turn a page: expected a call to AWS, got ${call.transport}`);
  return { ...question, name: pageName(question.name), call: { ...call, input: { ...call.input, ...token } } };
}

/** `2026-06.json` is followed by `2026-06-page-2.json`: the order gives the name, since tokens change from run to run. */
export function pageName(name: string): string {
  const [, stem = name, page = '1'] = /^(.*?)(?:-page-(\d+))?\.json$/.exec(name) ?? [];
  return `${stem}-page-${Number(page) + 1}.json`;
}
