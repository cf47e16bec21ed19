import type { Caller, Leave } from '../../landing/live-origin.ts';
import { SourceUnavailable } from '../../landing/origin.ts';
import { type AskedInParts, isInParts } from '../../sources/asked-in-parts.ts';
import { objectIn, textIn } from '../../sources/json-answer.ts';
import type { Answer, Call } from '../../sources/live.ts';

/** Pages of one part: a cursor that leads in a circle ends here. */
const MOST_PAGES = 200;

/** Makes the calls of a report that is asked in parts, each by the caller behind it; other calls pass through. */
export class PartsCaller implements Caller {
  readonly #caller: Caller;

  constructor(caller: Caller) {
    this.#caller = caller;
  }

  async call(call: Call, leave?: Leave): Promise<Answer> {
    if (!isInParts(call)) return this.#caller.call(call, leave);
    const said: string[] = [];
    for (const part of call.parts) {
      const asked = JSON.stringify(part.asked);
      for (const answer of await this.#pagesOf(call, part.body, leave))
        said.push(`{"asked":${asked},"answer":${answer}}`);
    }
    return { status: 200, text: `[${said.join(',\n')}]\n` };
  }

  /** The answers of one part as they came, each a JSON object. */
  async #pagesOf(
    { parts: _, cursor, ...call }: AskedInParts,
    body: AskedInParts['parts'][number]['body'],
    leave: Leave | undefined,
  ): Promise<string[]> {
    const pages: string[] = [];
    let next: Readonly<Record<string, unknown>> | undefined = body;
    while (next) {
      const { text } = await this.#caller.call({ ...call, body: JSON.stringify(next) }, leave);
      const answer = objectIn({ text });
      if (!answer) throw unavailable(call.url, 'JSON', 'something else');
      if (pages.length >= MOST_PAGES) throw unavailable(call.url, `at most ${MOST_PAGES} pages`, 'more');
      pages.push(text.trim());
      const token = textIn(answer, cursor);
      next = token === undefined ? undefined : { ...body, [cursor]: token };
    }
    return pages;
  }
}

function unavailable(url: string, expected: string, got: string): SourceUnavailable {
  const { host, pathname } = new URL(url);
  return new SourceUnavailable(`Cannot ask ${host}${pathname}: expected ${expected}, got ${got}`);
}
