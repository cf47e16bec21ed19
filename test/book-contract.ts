import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import fc from 'fast-check';

import { type Book, jsonBytes, readText } from '../lib/landing/book.ts';
import { tempFolder } from './support/temp-folder.ts';

/** Opens one more handle on the same book, as another process would. */
export type OpenBook = () => Book;

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

/** Bytes of a text or a Buffer as the same plain type, so that comparisons see the bytes alone. */
const plain = (bytes: Uint8Array | undefined): Uint8Array | undefined => bytes && Uint8Array.from(bytes);

/** What every kind of book keeps. `place` makes a new empty book and gives a way to open it; `runs` bounds the laws. */
export function bookContract(kind: string, place: () => Promise<OpenBook>, { runs }: { readonly runs: number }): void {
  describe(`${kind} keeps the contract of a book`, () => {
    const folder = tempFolder();
    let open: OpenBook;
    let book: Book;

    beforeAll(async () => {
      open = await place();
    });
    beforeEach(() => {
      book = open();
    });

    keepsWhatWasWritten(() => open(), runs);
    oneWriterWins(() => open());

    test('an empty book lists nothing, also below a prefix', async () => {
      const empty = (await place())();
      expect(await empty.list('')).toEqual([]);
      expect(await empty.list('landing/source=bill/')).toEqual([]);
      expect(await empty.read('landing/x')).toBeUndefined();
    });

    test('a prefix is the beginning of a key, not a folder', async () => {
      for (const key of ['p/bill/x', 'p/bill2/x', 'p/bil']) await book.put(key, text(key));
      expect((await book.list('p/bill')).map(({ key }) => key)).toEqual(['p/bill/x', 'p/bill2/x']);
      expect((await book.list('p/bill/')).map(({ key }) => key)).toEqual(['p/bill/x']);
    });

    test('keys are sorted by code unit, whatever their depth', async () => {
      const keys = ['s/B', 's/a-b/x', 's/a/x.json', 's/a0', 's/é', 's/\u{1f50b}', 's/\uff5e'];
      for (const key of keys) await book.put(key, text(key));
      const listed = (await book.list('s/')).map(({ key }) => key);
      expect(listed).toEqual([...keys].sort());
    });

    test('names with spaces, signs and other scripts come back as they are', async () => {
      for (const name of ['a b+c%2F&=?#.csv', 'it\'s "so"', 'rechnung-März.csv', '電力.parquet', '~', 'tmp', '.tmp2']) {
        await book.put(`names/${name}`, text(name));
        expect(await readText(book, `names/${name}`)).toBe(name);
        expect((await book.list(`names/${name}`)).map(({ key }) => key)).toEqual([`names/${name}`]);
      }
    });

    test('produce stores what was written at the path, and a failed one leaves nothing behind', async () => {
      await book.produce('made/x.parquet', (path) => writeFile(path, 'rows'));
      expect(await readText(book, 'made/x.parquet')).toBe('rows');
      const failing = book.produce('made/y.parquet', async (path) => {
        await writeFile(path, 'half');
        throw new Error('disk full');
      });
      await expect(failing).rejects.toThrow('disk full');
      await expect(book.produce('made/z.parquet', async () => {})).rejects.toThrow(/made\/z.parquet/);
      expect((await book.list('made/')).map(({ key }) => key)).toEqual(['made/x.parquet']);
    });

    test('an imported file is there whole, and a second import leaves it', async () => {
      const path = join(folder, 'import.bin');
      writeFileSync(path, 'first');
      expect(await book.importIfAbsent('imported/x.bin', path)).toBe('stored');
      writeFileSync(path, 'second');
      expect(await book.importIfAbsent('imported/x.bin', path)).toBe('present');
      expect(await readText(book, 'imported/x.bin')).toBe('first');
      await expect(book.importIfAbsent('imported/y.bin', join(folder, 'none'))).rejects.toThrow(/none/);
    });

    test('localPath holds the bytes of now, for files of any size', async () => {
      await book.put('local/x.json', jsonBytes({ a: 1 }));
      expect(readFileSync(await book.localPath('local/x.json'), 'utf8')).toBe('{\n  "a": 1\n}\n');
      await open().put('local/x.json', jsonBytes({ a: 2 }));
      const paths = await Promise.all([book.localPath('local/x.json'), book.localPath('local/x.json')]);
      for (const path of paths) expect(readFileSync(path, 'utf8')).toBe('{\n  "a": 2\n}\n');
      await expect(book.localPath('local/none')).rejects.toThrow(/Cannot read .*local\/none: expected .*, got nothing/);
    });

    test('a file above 64 MiB is imported without holding it', async () => {
      const path = join(folder, 'large.bin');
      writeFileSync(path, 'head');
      truncateSync(path, 70 * 1024 ** 2);
      expect(await book.importIfAbsent('large/x.bin', path)).toBe('stored');
      expect(await book.importIfAbsent('large/x.bin', path)).toBe('present');
      expect(await book.list('large/')).toEqual([{ key: 'large/x.bin', bytes: 70 * 1024 ** 2 }]);
      expect(readFileSync(await book.localPath('large/x.bin')).equals(readFileSync(path))).toBe(true);
    });

    test('remove takes a key away, twice is no error, and its neighbours stay', async () => {
      for (const key of ['gone/x', 'gone/xy', 'gone/z/x']) await book.put(key, text(key));
      await book.remove('gone/x');
      await book.remove('gone/x');
      await book.remove('gone/z');
      expect((await book.list('gone/')).map(({ key }) => key)).toEqual(['gone/xy', 'gone/z/x']);
    });

    test.each([
      '',
      '/',
      '/etc/passwd',
      'a//b',
      'a/',
      '..',
      '../x',
      'a/../../x',
      'a/./b',
      'a\\..\\b',
      'C:\\x',
      'a\0b',
      'a\nb',
      'a\ud800',
      '.tmp',
      '.tmp/x',
    ])('the key %j is refused by every verb', async (key) => {
      const write = async () => {};
      const attempts = [
        () => book.read(key),
        () => book.localPath(key),
        () => book.put(key, text('')),
        () => book.putIfAbsent(key, text('')),
        () => book.importIfAbsent(key, '/dev/null'),
        () => book.produce(key, write),
        () => book.remove(key),
      ];
      for (const attempt of attempts)
        await expect(attempt()).rejects.toThrow(/^Cannot use the key .*: expected .*, got /);
    });

    test('a prefix that leads out is refused', async () => {
      for (const prefix of ['../', '/', 'a/../', 'a//', '.tmp/']) {
        await expect(book.list(prefix)).rejects.toThrow(/^Cannot use the key/);
      }
    });
  });
}

function keepsWhatWasWritten(open: OpenBook, runs: number): void {
  const name = fc.stringMatching(/^[a-zA-Z0-9=._-]{1,4}$/);
  const key = fc.tuple(name, name).map(([folder, file]) => `d-${folder}/f-${file}`);
  const verb = fc.constantFrom(...(Object.keys(VERBS) as Verb[]));
  const step = fc.record({ verb, key, bytes: fc.uint8Array({ maxLength: 40 }) });
  const story = fc.tuple(fc.uuid(), fc.array(step, { maxLength: 12 }));

  test('after any steps the book holds what a map would, in order, seen from another handle', async () => {
    const law = fc.asyncProperty(story, async ([root, steps]) => {
      const expected = new Map<string, Uint8Array>();
      for (const { verb, key, bytes } of steps) await VERBS[verb](open(), expected, [`${root}/${key}`, bytes]);
      await expectHolds(open(), `${root}/`, expected);
    });
    await fc.assert(law, { numRuns: runs });
  });
}

type Verb = 'put' | 'putIfAbsent' | 'remove';
type Take = (book: Book, expected: Map<string, Uint8Array>, entry: [key: string, bytes: Uint8Array]) => Promise<void>;

/** Each takes one step in the book and in the map. */
const VERBS: Readonly<Record<Verb, Take>> = {
  put: async (book, expected, [key, bytes]) => {
    await book.put(key, bytes);
    expected.set(key, bytes);
  },
  putIfAbsent: async (book, expected, [key, bytes]) => {
    expect(await book.putIfAbsent(key, bytes)).toBe(expected.has(key) ? 'present' : 'stored');
    expected.set(key, expected.get(key) ?? bytes);
  },
  remove: async (book, expected, [key]) => {
    await book.remove(key);
    expected.delete(key);
  },
};

async function expectHolds(book: Book, root: string, expected: ReadonlyMap<string, Uint8Array>): Promise<void> {
  const entries = [...expected].map(([key, bytes]) => ({ key, bytes: bytes.byteLength }));
  expect(await book.list(root)).toEqual(entries.sort((a, b) => (a.key < b.key ? -1 : 1)));
  for (const [key, bytes] of expected) expect(plain(await book.read(key))).toEqual(plain(bytes));
}

function oneWriterWins(open: OpenBook): void {
  test('of concurrent writers exactly one stores, and its bytes stay', async () => {
    for (let round = 0; round < 5; round += 1) {
      const key = `race/${round}.json`;
      const answers = await Promise.all(
        Array.from({ length: 12 }, (_, writer) => open().putIfAbsent(key, jsonBytes({ writer }))),
      );
      expect(answers.filter((answer) => answer === 'stored')).toHaveLength(1);
      expect(await readText(open(), key)).toBe(`{\n  "writer": ${answers.indexOf('stored')}\n}\n`);
    }
  });
}
