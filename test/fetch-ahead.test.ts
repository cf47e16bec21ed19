import { fetchingAhead } from '../lib/landing/fetch-ahead.ts';
import { type Offer, type Origin, RejectedPayload } from '../lib/landing/origin.ts';

const offers: Offer[] = ['a', 'b', 'c'].map((origin) => ({ origin, bytes: 1 }));
const [a, b, c] = offers as [Offer, Offer, Offer];

/** An origin whose files all come but `broken`, and that keeps in order what it was asked for. */
function origin(broken?: string): Origin & { readonly asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    list: async () => offers,
    fetch: async ({ origin: name }) => {
      asked.push(name);
      if (name === broken) throw new RejectedPayload({ found: 'a pipe', expected: 'a plain file' });
      return { path: name, bytes: 1, sha256: name };
    },
  };
}

test('the next file is on its way while one is worked on, each is fetched once and none beyond the last', async () => {
  const inner = origin();
  const ahead = fetchingAhead(inner, offers);
  expect(await ahead.fetch(a)).toMatchObject({ path: 'a' });
  expect(inner.asked).toEqual(['a', 'b']);
  expect([await ahead.fetch(b), await ahead.fetch(c)]).toMatchObject([{ path: 'b' }, { path: 'c' }]);
  expect(inner.asked).toEqual(['a', 'b', 'c']);
});

test('what is wrong with a file is told when its turn comes, and the files after it come', async () => {
  const inner = origin('b');
  const ahead = fetchingAhead(inner, offers);
  await ahead.fetch(a);
  await expect(ahead.fetch(b)).rejects.toThrow('a pipe');
  expect(await ahead.fetch(c)).toMatchObject({ path: 'c' });
});
