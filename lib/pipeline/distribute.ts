import type { Annex } from '../disclosure/annex.ts';
import { composeLetter, type Letter } from '../disclosure/letter.ts';
import { type Book, jsonBytes, readText } from '../landing/book.ts';
import type { DistributeSettings } from '../settings/alarm-settings.ts';
import { LetterRefused, type Post } from './outlets.ts';
import type { DisclosureReport, DistributionReport, Workplace } from './stage.ts';

/**
 * Before a letter is handed to the post a slip is written that must not exist yet; afterwards it says what became of the
 * letter. So of two runs one sends, and a run that is repeated does not: **at most once**. A slip that stays `sending` was
 * written by a run that never heard the post's answer: the letter may have gone out, and is not sent again.
 */
interface Slip {
  readonly state: 'sending' | 'sent' | 'refused';
  readonly version: number;
  readonly message_id?: string;
  readonly reason?: string;
}

type Outcome = 'sent' | 'before' | 'doubtful' | 'refused';

/** Sends a disclosure to everybody on the list who has not had this version. Throws `LetterRefused` once all were tried. */
export async function distribute(report: DisclosureReport, workplace: Workplace): Promise<DistributionReport> {
  const { settings, outlets = {} } = workplace;
  const list = settings.distribute;
  const counts = { sent: 0, before: 0, doubtful: 0, refused: 0 };
  if (!outlets.post || !list?.statuses.some((status) => status === report.status)) return counts;
  const letter = await letterOf(report, list, outlets.post, workplace);
  const reasons: string[] = [];
  for (const to of new Set(list.to.map((address) => address.toLowerCase()))) {
    const { outcome, reason } = await sendOnce(letter, to, { report, post: outlets.post, workplace });
    counts[outcome] += 1;
    if (reason !== undefined) reasons.push(reason);
  }
  if (counts.refused === 0) return counts;
  throw new LetterRefused(
    `Cannot send the disclosure to ${counts.refused} of ${list.to.length} receivers: expected the post to take it, got ${reasons[0]}`,
  );
}

async function letterOf(
  { folder }: DisclosureReport,
  { from, attach }: DistributeSettings,
  post: Post,
  { book }: Workplace,
): Promise<Letter> {
  const annex = JSON.parse((await readText(book, `${folder}annex.json`)) ?? 'null') as Annex | null;
  if (!annex) throw new Error(`Cannot send the disclosure: expected ${folder}annex.json in the book, got nothing`);
  const files: Record<string, Uint8Array> = {};
  for (const name of attach) {
    const bytes = await book.read(folder + name);
    if (bytes) files[name] = bytes;
  }
  return composeLetter({ annex, from, files, place: `${book.location}/${folder}`, mostBytes: post.mostBytes });
}

async function sendOnce(
  letter: Letter,
  to: string,
  { report, post, workplace }: { report: DisclosureReport; post: Post; workplace: Workplace },
): Promise<{ readonly outcome: Outcome; readonly reason?: string }> {
  const { book, fingerprint } = workplace;
  const { version } = report;
  const folder = slipFolder(report, fingerprint(new TextEncoder().encode(to)));
  const attempts = (await book.list(folder)).length;
  const last = await slipAt(slipKey(folder, attempts), book);
  if (last?.state === 'sent') return { outcome: 'before' };
  if (last?.state === 'sending') return { outcome: 'doubtful' };
  const key = slipKey(folder, attempts + 1);
  const taken = await book.putIfAbsent(key, jsonBytes({ state: 'sending', version } satisfies Slip));
  if (taken === 'present') return { outcome: 'doubtful' };
  try {
    const message_id = await post.send(letter, to);
    await book.put(key, jsonBytes({ state: 'sent', version, message_id } satisfies Slip));
    return { outcome: 'sent' };
  } catch (error) {
    if (!(error instanceof LetterRefused)) throw error;
    await book.put(key, jsonBytes({ state: 'refused', version, reason: error.message } satisfies Slip));
    return { outcome: 'refused', reason: error.message };
  }
}

/** `distribution/month=2026-06/v1/<hash of the receiver>/`: no address lies in the book. */
function slipFolder({ month, version }: DisclosureReport, hash: string): string {
  return `distribution/month=${month}/v${version}/${hash}/`;
}

/** One slip an attempt, so that each is written on condition that nobody else makes it. */
function slipKey(folder: string, attempt: number): string {
  return `${folder}attempt-${attempt}.json`;
}

async function slipAt(key: string, book: Book): Promise<Slip | undefined> {
  const text = await readText(book, key);
  return text === undefined ? undefined : (JSON.parse(text) as Slip);
}
