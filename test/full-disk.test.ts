/** A disk that is full while a month is collected: the run ends by that name, and nothing says that a source was missing. */
import { readdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { Readable } from 'node:stream';

import type { S3Client } from '@aws-sdk/client-s3';

import { LocalBook } from '../lib/adapters/local-book.ts';
import { S3Origin } from '../lib/adapters/s3-origin.ts';
import { check } from '../lib/landing/land-file.ts';
import type { Offer } from '../lib/landing/origin.ts';
import type { Warehouse } from '../lib/landing/warehouse.ts';
import { StageFailed } from '../lib/pipeline/crew.ts';
import { Exhausted } from '../lib/pipeline/exhausted.ts';
import type { Workplace } from '../lib/pipeline/stage.ts';
import { STAGES } from '../lib/pipeline/stages.ts';
import { SOURCES } from '../lib/sources/catalogue.ts';
import { parsePeriod } from '../lib/units/period.ts';
import { FullBook, noSpace } from './support/full-book.ts';
import { PATIENT_MS } from './support/patience.ts';
import { tempFolder } from './support/temp-folder.ts';
import { AS_OF, closeTiny, hourOf, tinySettings, tinyWorkplace, writeCompany } from './support/tiny-company.ts';

jest.setTimeout(PATIENT_MS);
const MONTH = '2026-06';
const root = tempFolder();
const OFFER: Offer = { origin: 's3://bucket/june.csv', bytes: 8 };

beforeAll(() =>
  writeCompany(
    {
      month: MONTH,
      bills: {},
      telemetry: {},
      grid: { 'june.csv': [{ start: hourOf(MONTH, 0), intensity: 200 }] },
    },
    root,
  ),
);

const SETTINGS = tinySettings({
  sources: [{ id: 'grid', kind: 'grid', path: './inputs/grid', zone: 'IE', factor_kind: 'direct' }],
});
const on = (book: LocalBook): Workplace => ({ ...tinyWorkplace(root, SETTINGS, book.location), book });
const filesIn = (folder: string) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => statSync(join(folder, path)).isFile());

test('the collection of a source ends as Exhausted, in plain words', async () => {
  const work = STAGES.collect({ source_id: 'grid', month: MONTH, as_of: AS_OF }, on(new FullBook(join(root, 'stage'))));
  await expect(work).rejects.toMatchObject({
    name: 'Exhausted',
    message: 'Cannot keep the files of grid: expected room on the disk, got ENOSPC: no space left on device, write',
  });
});

test('the month ends there: no gap is told, nothing half-written stays, and the next run completes it', async () => {
  const at = join(root, 'month');
  const failure = await closeTiny(on(new FullBook(at)), MONTH).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(StageFailed);
  expect(failure).toMatchObject({ state: 'CollectSource', cause: expect.any(Exhausted) });
  expect((failure as Error).message).toBe(
    'Cannot finish CollectSource of grid: Cannot keep the files of grid: expected room on the disk, got ENOSPC: no space left on device, write',
  );
  expect(filesIn(at)).toEqual([]);
  await closeTiny(on(new LocalBook(at)), MONTH);
  expect(filesIn(at)).toContainEqual(expect.stringMatching(/^landing\/source=grid\/.*\.csv$/));
});

test('another failure of the book is still a gap of the source', async () => {
  class BrokenBook extends LocalBook {
    override importIfAbsent(): Promise<'stored' | 'present'> {
      return Promise.reject(Object.assign(new Error('EIO: i/o error, write'), { code: 'EIO' }));
    }
  }
  await expect(closeTiny(on(new BrokenBook(join(root, 'broken'))), MONTH)).resolves.toEqual(
    expect.arrayContaining([expect.stringContaining('EIO: i/o error')]),
  );
});

/** Answers every request with those bytes; with an error after them where one is given. */
function answering(chunks: readonly string[], error?: Error): S3Client {
  const body = async function* () {
    for (const chunk of chunks) yield Buffer.from(chunk);
    if (error) throw error;
  };
  const client = { send: async () => ({ Body: Readable.from(body()), ContentLength: 8 }) };
  return client as unknown as S3Client;
}

test('a download that finds no room is not told as a source that is away, and its half is removed', async () => {
  const origin = new S3Origin({ bucket: 'bucket', prefix: '' }, { client: answering(['half'], noSpace()) });
  await expect(origin.fetch(OFFER)).rejects.toMatchObject({ code: 'ENOSPC' });
  const away = new S3Origin({ bucket: 'bucket', prefix: '' }, { client: answering(['half'], new Error('reset')) });
  await expect(away.fetch(OFFER)).rejects.toMatchObject({ name: 'SourceUnavailable' });
  const whole = new S3Origin({ bucket: 'bucket', prefix: '' }, { client: answering(['all ', 'of it']) });
  const { path } = await whole.fetch(OFFER);
  expect(readdirSync(dirname(path)).filter((name) => name.endsWith('june.csv'))).toEqual([basename(path)]);
});

test('a check that finds no room does not put the file into quarantine', async () => {
  const warehouse = {
    run: () => Promise.reject(new Error('IO Error: Could not write file "x": No space left on device')),
    query: () => Promise.resolve([]),
  } as unknown as Warehouse;
  const [source] = SOURCES;
  if (!source) throw new Error('Cannot check: expected a source');
  const request = { sourceId: 'bill', source, period: parsePeriod(MONTH), asOf: AS_OF, options: {} };
  const fetched = { path: join(root, 'x.parquet'), bytes: 8, sha256: 'aa' };
  await expect(check(fetched, request, warehouse, OFFER)).rejects.not.toMatchObject({ name: 'RejectedPayload' });
  await expect(check(fetched, request, warehouse, OFFER)).rejects.toThrow('No space left on device');
});
