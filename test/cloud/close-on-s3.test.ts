import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

import { LocalBook } from '../../lib/adapters/local-book.ts';
import { S3Book } from '../../lib/adapters/s3-book.ts';
import { fingerprint } from '../../lib/adapters/workplace.ts';
import type { Book } from '../../lib/landing/book.ts';
import type { DisclosureReport } from '../../lib/pipeline/stage.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { type Emulator, emulatorS3, makeBucket, startEmulator } from './emulator.ts';

const PROJECT = join(__dirname, '../..');
const VERSION = 'disclosures/2026-06/v1/';
const home = tempFolder();

let emulator: Emulator;
beforeAll(async () => {
  emulator = await startEmulator();
});
afterAll(() => emulator?.stop());

/** Closes the example's June into a book by the real command, as in a terminal. */
function closeExample(book: string): DisclosureReport {
  const flags = ['--experimental-import-text', '--no-warnings', join(PROJECT, 'bin/joulebook.ts')];
  const month = ['--month', '2026-06', '--settings', join(PROJECT, 'example/joulebook.yaml')];
  const typed = ['close', ...month, '--book', book, '--as-of', '2026-07-22T06:00:00Z', '--json'];
  const said = execFileSync(process.execPath, [...flags, ...typed], {
    env: emulator.environment,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return JSON.parse(said) as DisclosureReport;
}

/** `disclosures/2026-06/v1/annex.json <sha256>` of every file below a prefix. */
async function fingerprintsBelow(book: Book, prefix: string): Promise<string[]> {
  const entries = await book.list(prefix);
  return Promise.all(
    entries.map(async ({ key }) => `${key} ${fingerprint((await book.read(key)) ?? new Uint8Array())}`),
  );
}

test('a month closed in a bucket is the month closed in a folder, to the byte, and closing again changes nothing', async () => {
  const client = emulatorS3(emulator);
  const bucket = await makeBucket(client, 'books');
  const remote = new S3Book({ bucket, prefix: 'example/2026' }, client);
  const local = new LocalBook(join(home, 'book'));

  const first = closeExample(`s3://${bucket}/example/2026`);
  expect(first).toMatchObject({ version: 1, is_new: true });
  closeExample(local.location);

  const disclosed = await fingerprintsBelow(remote, VERSION);
  expect(disclosed.map((file) => file.split(/[/ ]/)[3])).toEqual(
    expect.arrayContaining(['annex.json', 'disclosure.pdf', 'figures.csv', 'index.html', 'manifest.json']),
  );
  expect(disclosed).toEqual(await fingerprintsBelow(local, VERSION));

  const whole = await fingerprintsBelow(remote, '');
  expect(whole).toEqual(await fingerprintsBelow(local, ''));
  expect(closeExample(`s3://${bucket}/example/2026`)).toEqual({ ...first, is_new: false });
  expect(await fingerprintsBelow(remote, '')).toEqual(whole);
  client.destroy();
});
