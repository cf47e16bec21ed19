import { recordsOf } from './account.ts';
import type { Host, Look, Moment } from './look.ts';
import { advance, booked, isIntervalOver, type Progress, resumeFrom, startAt } from './progress.ts';
import type { EndRun, OpenRun } from './runs/requests.ts';
import { reachedBy } from './runs/target.ts';
import { openWindow, type RunRecord, recordOfRun } from './runs/windows.ts';
import { type Spending, silentDevices } from './spending.ts';
import { maybeState, stateText } from './state-text.ts';

/** One line of a file for the book: `kind` says which source of the book reads it. */
export interface BookLine {
  readonly kind: 'telemetry' | 'activity' | 'runs';
  readonly seq: number;
  readonly text: string;
}

/** Lines that nobody will get, and the size of their texts. */
export interface Dropped {
  readonly records: number;
  readonly bytes: number;
}

/** Where lines are kept until they are delivered. */
export interface Books {
  /** What was kept with the last lines; `undefined` where nothing was. */
  state(): string | undefined;
  /** The number after the last one that was kept for this boot of the host. */
  nextSeq(bootId: string): number;
  /**
   * Keeps the lines and the state, and counts what was dropped before: all or, with `false` (a full disk), nothing; then they come
   * again with the next interval.
   */
  append(entry: {
    readonly lines: readonly BookLine[];
    readonly state: string;
    readonly dropped?: Dropped | undefined;
  }): boolean;
}

/** Books that keep nothing: lines go where `write` puts them. */
export function standardOutput(write: (text: string) => void): Books {
  // Counting from the clock's microseconds, no two runs give one number twice.
  let next = Date.now() * 1000;
  return {
    state: () => undefined,
    nextSeq: () => next,
    append({ lines }) {
      write(lines.map(({ text }) => `${text}\n`).join(''));
      next += lines.length;
      return true;
    },
  };
}

/** What is watched, and where it goes. */
export interface Watched {
  readonly host: Host;
  readonly look: (moment: Moment) => Promise<Look>;
  readonly books: Books;
  readonly intervalMs: number;
  readonly clock: () => Moment;
  /** What model servers did since the lines before, as texts that bear the numbers from `firstSeq` on. */
  readonly activity?: (period: { from: Date; to: Date; bootId: string; firstSeq: number }) => readonly string[];
  /** What the trainings of a workload showed last, since an instant: loss, accuracy, … by name. */
  readonly levels?: (workloadId: string, since: Date) => ReadonlyMap<string, number>;
  readonly onTick?: (spendings: readonly Spending[], look: Look) => void;
  /** A line for the operator. */
  readonly tell?: (line: string) => void;
}

/** A run that cannot be opened or ended as asked: the caller's error, not ours. */
export class RefusedRun extends Error {
  override readonly name = 'RefusedRun';
}

/** A run that nobody ends is over after this long: its process died with its host. */
const LONGEST_RUN_MS = 31 * 24 * 3_600_000;
/**
 * Texts that wait in memory for a disk that has room again: an hour of a large host (200 kB a minute), a day of a small one. The heap
 * has 64 MB, and a process that dies of them loses all.
 */
const MOST_UNBOOKED_BYTES = 16 * 1024 ** 2;
const NOTHING_DROPPED: Dropped = { records: 0, bytes: 0 };

/**
 * Watches a host: looks at it tick by tick, books interval by interval, and keeps the windows of runs. Looks are taken one
 * after another, never two at once.
 */
export class Watch {
  readonly #watched: Watched;
  #progress: Progress | undefined;
  #bookedAt: Date | undefined;
  #unbooked: readonly BookLine[] = [];
  #dropped = NOTHING_DROPPED;
  #turn: Promise<void> = Promise.resolve();

  constructor(watched: Watched) {
    this.#watched = watched;
  }

  /** Lines that found no room in memory while the disk was full, as far as the books have not counted them yet. */
  get dropped(): Dropped {
    return this.#dropped;
  }

  /**
   * Takes the first look, or the one that tells what was spent since the last that was booked, and books: from here on, however
   * the agent ends, the next one goes on from where it was.
   */
  start(): Promise<void> {
    return this.#lookAndBook();
  }

  /** Looks once, and books where an interval is over. Of the very first look nothing is known to have been spent. */
  tick(moment: Moment = this.#watched.clock()): Promise<void> {
    return this.#inTurn(() => this.#tick(moment));
  }

  /** Looks a last time and books what is there, for instance before the end. */
  flush(): Promise<void> {
    return this.#lookAndBook();
  }

  /**
   * Opens a run with a look of its own, so that nothing from before is in it, and books, so that it outlives the agent. Throws
   * `RefusedRun` where it is open already.
   */
  async openRun(run: OpenRun): Promise<Date> {
    return this.#inTurn(async () => {
      const look = await this.#look(this.#watched.clock());
      const progress = this.#known();
      if (progress.windows.has(run.run_id))
        throw new RefusedRun(`Cannot open the run ${run.run_id}: it is open already`);
      const { run_id, solution_id, pid, project, model_id, workload_type, workload_id } = run;
      const names = {
        project: project ?? null,
        model_id: model_id ?? null,
        workload_type: workload_type ?? null,
        workload_id: workload_id ?? null,
      };
      const workload = pid === undefined ? undefined : look.owners.ofProcess(pid);
      const window = {
        ...openWindow({ run_id, solution_id, pid, names }, look.readAt, workload),
        silent: silentDevices(progress.baseline),
        startedMs: look.runningMs,
      };
      this.#progress = { ...progress, windows: new Map([...progress.windows, [run_id, window]]) };
      this.#book([]);
      return look.readAt;
    });
  }

  /** Ends a run with a look of its own, and books its record at once. Throws `RefusedRun` where no such run is open. */
  async endRun(runId: string, end: EndRun): Promise<RunRecord> {
    return this.#inTurn(async () => {
      return this.#endWindow(runId, end, await this.#look(this.#watched.clock()));
    });
  }

  #lookAndBook(): Promise<void> {
    return this.#inTurn(async () => {
      await this.#look(this.#watched.clock());
      this.#book([]);
    });
  }

  #endWindow(runId: string, end: EndRun, { readAt: at, runningMs }: Moment): RunRecord {
    const progress = this.#known();
    const window = progress.windows.get(runId);
    if (!window) throw new RefusedRun(`Cannot end the run ${runId}: no such run is open on this host`);
    const { host, levels } = this.#watched;
    const shown = levels?.(window.names.workload_id ?? runId, window.startedAt) ?? new Map<string, number>();
    const reached = { ...end, ...reachedBy(end, shown) };
    const record = recordOfRun(window, reached, { at, runningMs, hostId: host.hostId });
    this.#progress = { ...progress, windows: new Map([...progress.windows].filter(([id]) => id !== runId)) };
    this.#book([record]);
    return record;
  }

  async #tick(moment: Moment): Promise<void> {
    const before = this.#progress?.baseline.readAt;
    const look = await this.#look(moment);
    const { readAt } = look;
    if (before && isIntervalOver(before, readAt, this.#watched.intervalMs)) this.#book([]);
    for (const { run_id, startedAt } of this.#known().windows.values())
      if (readAt.getTime() - startedAt.getTime() > LONGEST_RUN_MS)
        this.#endWindow(run_id, { outcome: 'aborted' }, look);
  }

  async #look(moment: Moment): Promise<Look> {
    const look = await this.#watched.look(moment);
    const before = this.#progress ?? this.#resumed();
    if (!before) this.#progress = startAt(look);
    else {
      const { progress, spendings } = advance(before, look);
      this.#progress = progress;
      this.#watched.onTick?.(spendings, look);
    }
    this.#bookedAt ??= look.readAt;
    return look;
  }

  /** After a restart the first look tells what was spent since the last booked one. */
  #resumed(): Progress | undefined {
    const kept = maybeState(this.#watched.books.state());
    this.#bookedAt = kept?.baseline.readAt;
    return kept && resumeFrom(kept.baseline, kept.windows);
  }

  #known(): Progress {
    if (!this.#progress) throw new RefusedRun('Cannot say what was spent: the agent has not looked yet');
    return this.#progress;
  }

  #book(runs: readonly RunRecord[]): void {
    const { host, books, activity } = this.#watched;
    const progress = this.#known();
    const { bootId, readAt: to } = progress.baseline;
    const firstSeq = (this.#unbooked.at(-1)?.seq ?? books.nextSeq(bootId) - 1) + 1;
    const telemetry = recordsOf(progress.account, { host, bootId, firstSeq }).map((record) => JSON.stringify(record));
    const from = this.#bookedAt ?? to;
    const active = activity?.({ from, to, bootId, firstSeq: firstSeq + telemetry.length }) ?? [];
    const texts = { telemetry, activity: active, runs: runs.map((run) => JSON.stringify(run)) };
    const kinds = (['telemetry', 'activity', 'runs'] as const).flatMap((kind) =>
      texts[kind].map((text) => ({ kind, text })),
    );
    const lines = [...this.#unbooked, ...kinds.map((line, index) => ({ ...line, seq: firstSeq + index }))];
    this.#progress = booked(progress);
    this.#bookedAt = to;
    if (books.append({ lines, state: stateText(this.#progress), dropped: this.#dropped })) {
      this.#unbooked = [];
      this.#dropped = NOTHING_DROPPED;
    } else this.#keepUnbooked(lines);
  }

  /** The newest that fit; the others are counted, and that there are any is told once an outage. */
  #keepUnbooked(lines: readonly BookLine[]): void {
    let [firstKept, bytes] = [lines.length, 0];
    while (firstKept > 0 && bytes + sizeOf(lines[firstKept - 1]) <= MOST_UNBOOKED_BYTES) {
      firstKept -= 1;
      bytes += sizeOf(lines[firstKept]);
    }
    this.#unbooked = lines.slice(firstKept);
    const lost = lines.slice(0, firstKept);
    if (lost.length === 0) return;
    if (this.#dropped.records === 0)
      this.#watched.tell?.('the disk is full for so long that records in memory are dropped, the oldest first');
    this.#dropped = {
      records: this.#dropped.records + lost.length,
      bytes: lost.reduce((sum, line) => sum + sizeOf(line), this.#dropped.bytes),
    };
  }

  #inTurn<T>(act: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(act);
    this.#turn = turn.then(
      () => undefined,
      () => undefined,
    );
    return turn;
  }
}

function sizeOf(line: BookLine | undefined): number {
  return line?.text.length ?? 0;
}
