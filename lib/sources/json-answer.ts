import type { Answer, Understood } from './live.ts';

const FOUND_LENGTH = 80;

/** Whether a value out of JSON is an object with names. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The JSON object that an answer is; undefined where it is none. */
export function objectIn({ text }: Pick<Answer, 'text'>): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** What an answer is refused with: its beginning, and what was expected instead. */
export function refusal({ text }: Pick<Answer, 'text'>, expected: string): Understood {
  return { refused: { found: text.slice(0, FOUND_LENGTH), expected } };
}

/** An answer of one page: JSON with a list of that name. */
export function understandList(answer: Answer, name: string): Understood {
  return Array.isArray(objectIn(answer)?.[name]) ? {} : refusal(answer, `JSON with a list \`${name}\``);
}

/** A text that stands in an answer under a name and is not empty: a token, a cursor. */
export function textIn(answer: Readonly<Record<string, unknown>> | undefined, name: string): string | undefined {
  const value = answer?.[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** `2026-06.json` is followed by `2026-06-page-2.json`: the order gives the name, since tokens change from run to run. */
export function pageName(name: string): string {
  const [, stem = name, page = '1'] = /^(.*?)(?:-page-(\d+))?\.json$/.exec(name) ?? [];
  return `${stem}-page-${Number(page) + 1}.json`;
}
