/** The JSON object that a text is; undefined for anything else. */
export function answerIn(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? (value as Readonly<Record<string, unknown>>) : undefined;
  } catch {
    return undefined;
  }
}

/** What an answer names the page behind it by; undefined where there is none. */
export function cursorIn(answer: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const cursor = answer[name];
  return typeof cursor === 'string' && cursor !== '' ? cursor : undefined;
}

/** `2026-06.json` is followed by `2026-06-page-2.json`: the order gives the name, since cursors change from run to run. */
export function pageBehind(name: string): string {
  const [, stem = name, page = '1'] = /^(.*?)(?:-page-(\d+))?\.json$/.exec(name) ?? [];
  return `${stem}-page-${Number(page) + 1}.json`;
}
