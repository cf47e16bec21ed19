import { createServer } from 'node:http';
import { join } from 'node:path';

import { SESv2Client } from '@aws-sdk/client-sesv2';

import { LocalBook } from '../../lib/adapters/local-book.ts';
import { openSesPost } from '../../lib/adapters/ses-post.ts';
import type { Annex } from '../../lib/disclosure/annex.ts';
import { composeLetter, encodedBytes } from '../../lib/disclosure/letter.ts';
import { distribute } from '../../lib/pipeline/distribute.ts';
import type { Workplace } from '../../lib/pipeline/stage.ts';
import { startServer } from '../support/answering-server.ts';
import { baseUrlOf, listen, stop } from '../support/local-server.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { tinySettings, tinyWorkplace } from '../support/tiny-company.ts';

const folder = tempFolder();
const MONTH = '2026-06';
const REPORT = {
  month: MONTH,
  as_of: '2026-07-22T06:00:00Z',
  version: 2,
  status: 'closed',
  folder: `disclosures/${MONTH}/v2/`,
  is_new: true,
};
const ANNEX = {
  meta: {
    organisation: 'Tiny (synthetic)',
    period: { from: '2026-06-01T00:00:00Z', to: '2026-07-01T00:00:00Z' },
    status: 'closed',
    status_reasons: [],
    version: 2,
    synthetic: true,
  },
  figures: [
    {
      id: 'energy.facility',
      dimensions: {},
      label: 'Facility energy of AI work',
      value: '1234.5',
      unit: 'kWh',
      u95_low: null,
      u95_high: null,
    },
  ],
  gaps: [],
} as unknown as Annex;

let books = 0;
/** A book with one disclosure, and a workplace whose post is the real client at an address of this host. */
async function office(url: string, to: readonly string[], attach?: readonly string[]): Promise<Workplace> {
  books += 1;
  const list = { from: 'books@example.com', to, ...(attach && { attach }) };
  const place = join(folder, `book-${books}`);
  const workplace = tinyWorkplace(folder, tinySettings({ distribute: list }), place);
  const book = new LocalBook(place);
  await book.put(`${REPORT.folder}annex.json`, new TextEncoder().encode(JSON.stringify(ANNEX)));
  await book.put(`${REPORT.folder}disclosure.pdf`, new TextEncoder().encode('%PDF-1.7'));
  return { ...workplace, outlets: { post: openSesPost(clientAt(url)) } };
}

function clientAt(url: string): SESv2Client {
  return new SESv2Client({
    endpoint: url,
    region: 'eu-west-1',
    maxAttempts: 1,
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'planted-secret-key' },
  });
}

const TAKEN = { status: 200, body: '{"MessageId":"0102"}', headers: { 'content-type': 'application/json' } };
const refusal = (name: string, status: number) => ({
  status,
  body: JSON.stringify({ message: 'Email address is not verified: one@example.com' }),
  headers: { 'content-type': 'application/json', 'x-amzn-errortype': name },
});
const receiverOf = (body: Buffer) => JSON.parse(body.toString('utf8')).Destination.ToAddresses;
const slipsOf = async ({ book }: Workplace) => {
  const keys = (await book.list('distribution/')).map(({ key }) => key);
  const texts = await Promise.all(keys.map(async (key) => new TextDecoder().decode(await book.read(key))));
  return texts.map((text) => JSON.parse(text));
};

test('everybody gets a letter of his own with the files, and a run that is repeated sends none', async () => {
  const ses = await startServer(() => TAKEN);
  const workplace = await office(ses.url, ['one@example.com', 'two@example.com', 'ONE@example.com']);
  expect(await distribute(REPORT, workplace)).toEqual({ sent: 2, before: 0, doubtful: 0, refused: 0 });
  expect(await distribute(REPORT, workplace)).toEqual({ sent: 0, before: 2, doubtful: 0, refused: 0 });
  await ses.stop();
  expect(ses.asked.map(({ method, path, body }) => [method, path, receiverOf(body)])).toEqual([
    ['POST', '/v2/email/outbound-emails', ['one@example.com']],
    ['POST', '/v2/email/outbound-emails', ['two@example.com']],
  ]);
  const { FromEmailAddress, Content } = JSON.parse(ses.asked[0]?.body.toString('utf8') ?? '');
  expect(FromEmailAddress).toBe('books@example.com');
  expect(Content.Simple.Subject.Data).toBe(
    'Tiny (synthetic): energy, carbon and cost of AI in 2026-06 (closed, version 2)',
  );
  expect(Content.Simple.Body.Text.Data).toMatch(/made up[\s\S]*Facility energy of AI work: [\d.]+ \wWh/);
  expect(Content.Simple.Attachments).toEqual([
    expect.objectContaining({
      FileName: 'disclosure.pdf',
      ContentType: 'application/pdf',
      RawContent: Buffer.from('%PDF-1.7').toString('base64'),
    }),
    expect.objectContaining({ FileName: 'annex.json', ContentType: 'application/json' }),
  ]);
  expect(await slipsOf(workplace)).toEqual(Array(2).fill({ state: 'sent', version: 2, message_id: '0102' }));
});

test('a letter that SES refused is sent by the next run, to those who had none; no address lies in the book', async () => {
  const ses = await startServer((_, before) => (before === 0 ? refusal('TooManyRequestsException', 429) : TAKEN));
  const workplace = await office(ses.url, ['one@example.com', 'two@example.com']);
  await expect(distribute(REPORT, workplace)).rejects.toMatchObject({
    name: 'LetterRefused',
    message:
      'Cannot send the disclosure to 1 of 2 receivers: expected the post to take it, got SES: TooManyRequestsException: Email address is not verified: <address>',
  });
  expect(await distribute(REPORT, workplace)).toEqual({ sent: 1, before: 1, doubtful: 0, refused: 0 });
  await ses.stop();
  expect(ses.asked.map(({ body }) => receiverOf(body)[0])).toEqual([
    'one@example.com',
    'two@example.com',
    'one@example.com',
  ]);
  const book = JSON.stringify([await workplace.book.list('distribution/'), await slipsOf(workplace)]);
  expect(book).not.toMatch(/example\.com|planted/);
});

test.each([
  ['is cut off', 'reset' as const],
  ['fails inside SES', refusal('InternalServiceErrorException', 500)],
])('a letter whose answer %s may have gone out, and is never sent again', async (_, answer) => {
  const ses = await startServer(() => answer);
  const workplace = await office(ses.url, ['one@example.com']);
  await expect(distribute(REPORT, workplace)).rejects.not.toMatchObject({ name: 'LetterRefused' });
  expect(await distribute(REPORT, workplace)).toEqual({ sent: 0, before: 0, doubtful: 1, refused: 0 });
  await ses.stop();
  expect(ses.asked).toHaveLength(1);
});

test('of two runs at once one sends', async () => {
  // Both are at the post before it answers any of them.
  const server = createServer((request, response) => {
    request.resume().on('end', () => setImmediate(() => response.writeHead(200, TAKEN.headers).end(TAKEN.body)));
  });
  let letters = 0;
  server.on('request', () => (letters += 1));
  await listen(server);
  const workplace = await office(baseUrlOf(server), ['one@example.com']);
  const reports = await Promise.all([distribute(REPORT, workplace), distribute(REPORT, workplace)]);
  await stop(server);
  expect(letters).toBe(1);
  expect(reports.map(({ sent }) => sent).sort()).toEqual([0, 1]);
});

test('a version has its letters, another status has none, and a laptop has no post', async () => {
  const ses = await startServer(() => TAKEN);
  const workplace = await office(ses.url, ['one@example.com']);
  const { outlets: _, ...laptop } = workplace;
  expect(await distribute(REPORT, laptop)).toMatchObject({ sent: 0 });
  expect(await distribute({ ...REPORT, status: 'preliminary' }, workplace)).toMatchObject({ sent: 0 });
  await distribute(REPORT, workplace);
  await workplace.book.put('disclosures/2026-06/v3/annex.json', new TextEncoder().encode(JSON.stringify(ANNEX)));
  const third = { ...REPORT, version: 3, status: 'restated', folder: 'disclosures/2026-06/v3/' };
  expect(await distribute(third, workplace)).toMatchObject({ sent: 1 });
  await ses.stop();
  expect(ses.asked).toHaveLength(2);
});

describe('a letter that would be too large', () => {
  const request = { annex: ANNEX, from: 'books@example.com', place: 's3://book/disclosures/2026-06/v2/' };
  const compose = (sizes: Record<string, number>, mostBytes: number) =>
    composeLetter({
      ...request,
      files: Object.fromEntries(Object.entries(sizes).map(([name, size]) => [name, new Uint8Array(size)])),
      mostBytes,
    });

  test('goes without the file that makes it so, and says where that lies', () => {
    const letter = compose({ 'disclosure.pdf': 900_000, 'annex.json': 100 }, 1_000_000);
    expect(letter.attachments.map(({ name }) => name)).toEqual(['annex.json']);
    expect(letter.text).toContain('Too large to attach: s3://book/disclosures/2026-06/v2/disclosure.pdf');
  });

  test('never grows beyond what the post takes', () => {
    for (const size of [0, 1, 57, 58, 300_000, 700_000]) {
      const { attachments, text } = compose({ 'a.pdf': size, 'b.json': 300_000 }, 1_000_000);
      const encoded = attachments.reduce((sum, { bytes }) => sum + encodedBytes(bytes.length), 0);
      expect(encoded + text.length).toBeLessThan(1_000_000);
    }
  });

  test('is counted as MIME encodes it: 57 bytes fill a line of 76', () => {
    expect([0, 1, 57, 58].map(encodedBytes)).toEqual([0, 6, 78, 84]);
  });
});
