import { pageName } from './json-answer.ts';
import type { Question } from './live.ts';

/** The page behind a question to AWS: what was asked, with the token of the answer, under the next name. */
export function pageAfter(question: Question, token: Readonly<Record<string, unknown>>): Question {
  const { call } = question;
  if (call.transport !== 'aws')
    throw new TypeError(`Cannot turn a page: expected a call to AWS, got ${call.transport}`);
  return { ...question, name: pageName(question.name), call: { ...call, input: { ...call.input, ...token } } };
}
