import { type Book, jsonBytes, readText } from '../landing/book.ts';
import { settingsFingerprint } from './kept-settings.ts';
import { PLANS } from './shards.ts';
import type { MonthRun, Workplace } from './stage.ts';

/** The run that the derived files of a month belong to. */
interface LatestRun {
  readonly as_of: string;
  /** SHA-256 of the settings by which it began. */
  readonly settings_sha256: string;
  /** What made it: `joulebook 0.1.0+3f…`; absent from runs of before 2026-11-29. */
  readonly code_version?: string;
}

/**
 * Two runs of a month that stand for different moments would remove and replace each other's facts, ledger and pages, and the books go
 * forward alone: as of an earlier moment what landed since is not there. So a run says in the book that the month is its own
 * before it derives anything, and each part of its work looks again: the run of the later moment goes on, the other ends in
 * words. Nothing has to be cleared after a run that was killed, and the same moment twice is the same run.
 */
export async function beginRun({ month, as_of }: MonthRun, workplace: Workplace): Promise<void> {
  const latest = await latestRun(month, workplace.book);
  if (latest && latest.as_of > as_of) throw overtaken({ month, as_of }, latest);
  const { codeVersion: code_version } = workplace;
  if (isNewer(latest?.code_version, code_version))
    throw new Error(
      `Cannot close ${month}: expected ${latest?.code_version}, which last worked on it, or a later version, got ${code_version}; facts of a later version may not be read, and figures of an earlier one would replace them`,
    );
  const run: LatestRun = { as_of, settings_sha256: settingsFingerprint(workplace), code_version };
  await workplace.book.put(runKey(month), jsonBytes(run));
}

/** Throws `Overtaken` where a run of a later moment has begun since, another error where the settings are no longer those by which this one began. */
export async function checkIsLatest({ month, as_of }: MonthRun, workplace: Workplace): Promise<void> {
  const latest = await latestRun(month, workplace.book);
  if (latest === undefined) return;
  if (latest.as_of !== as_of) throw overtaken({ month, as_of }, latest);
  if (latest.settings_sha256 !== settingsFingerprint(workplace))
    throw new Error(
      `Cannot go on with ${month} as of ${as_of}: expected the settings by which the run began, got others; start the month anew, with a later --as-of`,
    );
}

/** Does a part of a run's work; throws `Overtaken` also where the work failed because another run has removed what it reads meanwhile. */
export async function whileLatest<Answer>(
  run: MonthRun,
  workplace: Workplace,
  work: () => Promise<Answer>,
): Promise<Answer> {
  await checkIsLatest(run, workplace);
  try {
    return await work();
  } catch (cause) {
    await checkIsLatest(run, workplace);
    throw cause;
  }
}

/** The book for a worker that writes what later runs replace: a file is stored where its run is still the latest, though it took long to make. */
export function bookOfLatest(run: MonthRun, workplace: Workplace): Pick<Book, 'produce'> {
  return {
    produce: (key, write) =>
      workplace.book.produce(key, async (path) => {
        await write(path);
        await checkIsLatest(run, workplace);
      }),
  };
}

/** Whether one version's number is above another's; builds of one number are not told apart. */
function isNewer(one: string | undefined, other: string): boolean {
  const [a, b] = [one, other].map((text) =>
    /^\S+ (\d+)\.(\d+)\.(\d+)/
      .exec(text ?? '')
      ?.slice(1)
      .map(Number),
  );
  if (!a || !b) return false;
  const differing = a.findIndex((number, index) => number !== b[index]);
  return differing >= 0 && (a[differing] ?? 0) > (b[differing] ?? 0);
}

/** A run of a later moment has begun: what this one would do is left to that one. The state machine knows it by its name. */
class Overtaken extends Error {
  override readonly name = 'Overtaken';
}

/** No run lasts longer (lib/stack/machine.ts): what stands for a later time than that was closed as of a time to come. */
const LONGEST_RUN_MS = 24 * 3_600_000;

/**
 * `Overtaken` where the other run can have begun since this one did. A month that somebody closed as of a time to come is another matter:
 * until then no run of it goes on, and a watch that ended well each hour would hide it.
 */
function overtaken({ month, as_of }: MonthRun, latest: LatestRun): Error {
  const isSince = Date.parse(latest.as_of) - Date.parse(as_of) <= LONGEST_RUN_MS;
  return new (isSince ? Overtaken : Error)(
    `Cannot go on with ${month} as of ${as_of}: expected no other run of the month beside or after it, got one as of ${latest.as_of}; close again, as of a later time than both`,
  );
}

async function latestRun(month: string, book: Book): Promise<LatestRun | undefined> {
  const text = await readText(book, runKey(month));
  return text === undefined ? undefined : (JSON.parse(text) as LatestRun);
}

function runKey(month: string): string {
  return `${PLANS}month=${month}/run.json`;
}
