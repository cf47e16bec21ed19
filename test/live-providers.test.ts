import { SOURCES } from '../lib/sources/catalogue.ts';
import type { AskRequest, HttpCall, LiveProvider, Question } from '../lib/sources/live.ts';
import { PROVIDERS } from '../lib/sources/live-catalogue.ts';
import { parsePeriod } from '../lib/units/period.ts';

const ENDED = '2026-07-22T06:00:00Z';
/** What a proxy, a broken line or another service says. */
const GARBAGE = ['', 'null', '[]', '"data"', '{}', '{"data":', '<html>Sorry</html>', '{"message":"Forbidden"}'];

const providers: readonly LiveProvider[] = PROVIDERS;

/** Every option of a provider that may stand beside the others. */
function optionsOf({ options, optionsFault }: LiveProvider): Record<string, string> {
  const all = Object.entries(options).map(([name, { words, example }]) => [name, words?.[0] ?? example ?? 'sample']);
  const required = all.filter(([name = '']) => options[name]?.required);
  const some = Object.fromEntries([...required, ...all.slice(0, 2)]);
  return optionsFault?.(Object.fromEntries(all)) ? some : Object.fromEntries(all);
}

function asked(provider: LiveProvider, asOf: string, month = '2026-06'): readonly Question[] {
  const request: AskRequest = { period: parsePeriod(month), asOf, options: optionsOf(provider) };
  return provider.ask(request);
}

test('each provider has an id of its own, and a kind of source that there is', () => {
  const ids = providers.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  const kinds: readonly string[] = SOURCES.map(({ kind }) => kind);
  expect(providers.filter(({ kind }) => !kinds.includes(kind))).toEqual([]);
});

describe.each(providers.map((provider) => ({ id: provider.id, provider })))('$id', ({ provider }) => {
  const questions = asked(provider, ENDED);
  const calls = questions.flatMap(({ call }): HttpCall[] => (call.transport === 'http' ? [call] : []));

  test('asks something of a month that has ended, under names that its source reads', () => {
    expect(questions.length).toBeGreaterThan(0);
    // Answers of a provider that writes files do not land: its files do.
    const accepts = provider.writes ? /./ : SOURCES.find(({ kind }) => kind === provider.kind)?.accepts;
    expect(questions.filter(({ name }) => !accepts?.test(name)).map(({ name }) => name)).toEqual([]);
    const names = questions.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });

  test('gives the same question the same name, whenever it is asked', () => {
    expect(asked(provider, ENDED)).toEqual(questions);
    const later = asked(provider, '2027-01-22T06:00:00Z').map(({ name }) => name);
    const early = asked(provider, '2026-06-12T06:00:00Z').map(({ name }) => name);
    expect(questions.filter(({ name }) => !later.includes(name))).toEqual([]);
    expect(early.filter((name) => !later.includes(name))).toEqual([]);
  });

  test('asks nothing of a month that has not begun, and twelve months without an error', () => {
    expect(asked(provider, '2026-05-31T00:00:00Z').length).toBeLessThanOrEqual(1);
    for (let month = 1; month <= 12; month++) {
      expect(asked(provider, '2027-02-01T00:00:00Z', `2026-${String(month).padStart(2, '0')}`).length).toBeGreaterThan(
        0,
      );
    }
  });

  test('speaks HTTPS to the hosts of the egress list, and puts no secret into the address', () => {
    const urls = calls
      .flatMap(({ url, auth }) => (auth.kind === 'login' ? [url, auth.url] : [url]))
      .map((url) => new URL(url));
    expect(urls.filter(({ protocol }) => protocol !== 'https:')).toEqual([]);
    expect(urls.map(({ host }) => host).filter((host) => !provider.egress.includes(host))).toEqual([]);
    expect(urls.filter(({ username, password }) => username || password)).toEqual([]);
  });

  test('needs a secret where it signs with one', () => {
    const signs = calls.some(({ auth }) => auth.kind === 'header' || auth.kind === 'login');
    if (signs) expect(provider.needsSecret).toBe(true);
  });

  test('becomes final after the month has begun, if ever', () => {
    expect(
      questions.filter(({ finalAfter }) => finalAfter !== undefined && finalAfter <= '2026-06-01T00:00:00Z'),
    ).toEqual([]);
  });

  // Rows of BigQuery come through its client, never as text of someone else.
  if (questions.every(({ call }) => call.transport !== 'bigquery')) {
    test.each(GARBAGE)('refuses %j', (text) => {
      const [question] = questions;
      if (!question) throw new Error('Cannot try an answer: expected a question, got none');
      const { refused } = provider.understand(question, { status: 200, text });
      expect(refused?.expected).toMatch(/\w/);
      expect(refused?.found.length).toBeLessThanOrEqual(200);
    });
  }

  test('documents its options and where its interface is documented', () => {
    for (const { about } of Object.values(provider.options)) expect(about.length).toBeGreaterThan(10);
    expect(provider.about.length).toBeGreaterThan(20);
    expect(provider.reference).toMatch(/\w+\.\w+|\w+ \w+/);
  });
});

test('zones that grids are asked for are written as the services write them', () => {
  const provider = (id: string) => providers.find((each) => each.id === id);
  const callOf = (id: string, options: Record<string, string>) =>
    provider(id)?.ask({ period: parsePeriod('2026-06'), asOf: ENDED, options })[0]?.call;
  expect(callOf('electricity-maps', { zone: ' de', emission_factor_type: 'direct' })).toMatchObject({
    url: expect.stringContaining('?zone=DE&'),
  });
  expect(callOf('tgwf-co2', { zones: 'de, ie' })).toMatchObject({ zones: ['DE', 'IE'] });
});
