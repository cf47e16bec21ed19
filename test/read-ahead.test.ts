import type { Checked } from '../lib/landing/check-rows.ts';
import { type Fetched, type Offer, RejectedPayload } from '../lib/landing/origin.ts';
import { ReadAhead, type Readers } from '../lib/landing/read-ahead.ts';

const offers: Offer[] = ['a', 'b', 'c', 'd', 'e'].map((origin) => ({ origin, bytes: 1 }));
const CHECKED = { rows_in_month: 1 } as Checked;

/** Readers that keep in order what they did, with as many checks as are named. */
function readers(checks: readonly string[], { broken = '', known = '', unsound = '' } = {}) {
  const done: string[] = [];
  const all: Readers = {
    isKnown: ({ sha256 }) => sha256 === known,
    fetch: async ({ origin }) => {
      done.push(`fetch ${origin}`);
      if (origin === broken) throw new RejectedPayload({ found: 'a pipe', expected: 'a plain file' });
      return { path: origin, bytes: 1, sha256: origin };
    },
    checks: checks.map((name) => async ({ path }: Fetched) => {
      done.push(`${name} begins ${path}`);
      await new Promise((resolve) => setImmediate(resolve));
      done.push(`${name} ends ${path}`);
      if (path === unsound) throw new RejectedPayload({ found: 'a mess', expected: 'a bill' });
      return CHECKED;
    }),
  };
  return { done, all };
}

test('files are fetched one at a time in order, and each warehouse looks at one at a time', async () => {
  const { done, all } = readers(['one', 'two']);
  const ahead = new ReadAhead(offers, all);
  for (const index of offers.keys()) expect(await (await ahead.read(index))?.checked).toBe(CHECKED);
  await ahead.end();
  expect(done.filter((step) => step.startsWith('fetch'))).toEqual(offers.map(({ origin }) => `fetch ${origin}`));
  expect(done.filter((step) => step.startsWith('one'))).toEqual(stepsOf('one', ['a', 'c', 'e']));
  expect(done.filter((step) => step.startsWith('two'))).toEqual(stepsOf('two', ['b', 'd']));
});

test('two are looked at while the first is kept, and nothing beyond the last is asked for', async () => {
  const { done, all } = readers(['one', 'two']);
  const ahead = new ReadAhead(offers, all);
  await (await ahead.read(0))?.checked;
  await ahead.end();
  expect(done.filter((step) => step.startsWith('fetch'))).toEqual(['fetch a', 'fetch b', 'fetch c']);
  expect(done).toContain('two ends b');
  expect(await ahead.read(offers.length)).toBeUndefined();
});

test('what is wrong with a file is told when its turn comes, and the files after it come', async () => {
  const { all } = readers(['one', 'two'], { broken: 'b', unsound: 'c' });
  const ahead = new ReadAhead(offers, all);
  await ahead.read(0);
  await expect(ahead.read(1)).rejects.toThrow('a pipe');
  await expect((await ahead.read(2))?.checked).rejects.toThrow('a mess');
  expect((await ahead.read(3))?.fetched).toMatchObject({ path: 'd' });
  await ahead.end();
});

test('bytes that are known are not looked at again', async () => {
  const { done, all } = readers(['one'], { known: 'b' });
  const ahead = new ReadAhead(offers.slice(0, 2), all);
  expect((await ahead.read(1))?.checked).toBeUndefined();
  await ahead.end();
  expect(done).not.toContain('one begins b');
});

function stepsOf(check: string, files: readonly string[]): string[] {
  return files.flatMap((file) => [`${check} begins ${file}`, `${check} ends ${file}`]);
}
