import { setTimeout } from 'node:timers/promises';

import {
  DescribeExecutionCommand,
  type DescribeExecutionCommandOutput,
  DescribeMapRunCommand,
  ExecutionAlreadyExists,
  ExecutionDoesNotExist,
  ExecutionNotRedrivable,
  ListExecutionsCommand,
  ListMapRunsCommand,
  ListTagsForResourceCommand,
  paginateGetExecutionHistory,
  paginateListStateMachines,
  RedriveExecutionCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';

import {
  deadEndOf,
  type EnteredState,
  type HistoryEvent,
  type Outline,
  progressOf,
  progressSince,
  statesEntered,
} from '../pipeline/cloud-history.ts';
import { StageFailed } from '../pipeline/crew.ts';
import { WORKING } from '../pipeline/definition.ts';
import type { MachineRun } from '../pipeline/doctor/examine-machine.ts';
import { reasonOf } from '../pipeline/handlers.ts';
import type { Progress } from '../pipeline/progress.ts';
import { deadEndWords, meaningOfRefusal, type RedriveStanding } from '../pipeline/redrive.ts';
import type { DisclosureReport, MonthRun } from '../pipeline/stage.ts';
import { awsWords } from './aws-words.ts';
import { tracedClient } from './traces.ts';

/** The tag on which the stack writes its book's address, for those who know only the stack's name. */
const BOOK_TAG = 'joulebook:book';
const SECONDS_BETWEEN_LOOKS = 2;
/** How the name of a run begins: a person's with the month, the clock's with the work (lib/pipeline/begin.ts). */
const STARTED_BY = ['', 'closing_', 'preliminary_', 'watch_'];

/** A deployed stack's machine that closes months. */
export class CloseMachine {
  readonly arn: string;
  /** Address of the stack's book, `s3://bucket`. */
  readonly book: string;
  readonly #client: SFNClient;

  /** Finds the machine of a stack in the account and region of the environment. Throws in words where there is none. */
  static async find(stack: string, client = tracedClient(new SFNClient({}))): Promise<CloseMachine> {
    const name = `${stack}-MonthlyClose`;
    const arn = await told(`find the machine ${name}`, arnOf(name, client));
    if (!arn) {
      const region = await client.config.region();
      throw new Error(
        `Cannot find the machine ${name}: expected it in ${region}, got none; look at AWS_REGION and at the stack's name (--stack), or deploy: npm run deploy`,
      );
    }
    const { tags = [] } = await told(`ask ${name}`, client.send(new ListTagsForResourceCommand({ resourceArn: arn })));
    const book = tags.find(({ key }) => key === BOOK_TAG)?.value;
    if (!book) throw new Error(`Cannot find the book of ${name}: expected the tag ${BOOK_TAG}, got none`);
    return new CloseMachine(arn, book, client);
  }

  private constructor(arn: string, book: string, client: SFNClient) {
    this.arn = arn;
    this.book = book;
    this.#client = client;
  }

  /** Starts a run, or goes on with the one that already has this month and time. Gives its address. */
  async start(run: MonthRun): Promise<string> {
    const input = JSON.stringify({ month: run.month, as_of: run.as_of });
    const request = new StartExecutionCommand({ stateMachineArn: this.arn, input, name: nameOf(run) });
    const { executionArn = '' } = await told(`start ${run.month}`, this.#client.send(request).catch(takenName));
    return executionArn;
  }

  /**
   * Goes on with a failed run from the state that failed (AWS Step Functions developer guide, «Redriving executions»:
   * standard machines, within 14 days, by the same definition). Throws in words what a refusal means and what to do.
   */
  async redrive(executionArn: string): Promise<void> {
    const { deadEnd } = await this.standing(executionArn);
    if (deadEnd !== undefined) throw new Error(`Cannot redrive ${executionArn}: ${deadEndWords(deadEnd)}`);
    const asked = this.#client.send(new RedriveExecutionCommand({ executionArn }));
    await asked.catch(async (error: Error) => {
      const said = (await this.#reasonAgainst(executionArn, error)) ?? error.message;
      const meaning = meaningOfRefusal(error.name, said);
      throw refusal(`redrive ${executionArn}`, error, meaning ? `${said}. That means: ${meaning}` : said);
    });
  }

  /** Why a run cannot be redriven: the refusal itself need not say it. */
  async #reasonAgainst(executionArn: string, error: Error): Promise<string | undefined> {
    if (!(error instanceof ExecutionNotRedrivable)) return undefined;
    const standing = await this.standing(executionArn).catch(() => undefined);
    return standing?.redriveStatusReason;
  }

  /** How a run stands, and whether it can be redriven. */
  async standing(executionArn: string): Promise<RedriveStanding> {
    const described = await this.#describe(executionArn);
    if (described.redriveStatus !== 'REDRIVABLE') return described;
    return { ...described, deadEnd: deadEndOf(await this.#history(executionArn)) };
  }

  /** The run of a month and time that was started, by a person or by the clock. Throws where there is none. */
  async started(run: MonthRun): Promise<string> {
    for (const by of STARTED_BY) {
      const arn = `${this.arn.replace(':stateMachine:', ':execution:')}:${by}${nameOf(run)}`;
      if (await told(`look for ${arn}`, this.#exists(arn))) return arn;
    }
    throw new Error(`Cannot go on with ${run.month}: expected a run of it at ${run.as_of}, got none`);
  }

  async #exists(executionArn: string): Promise<boolean> {
    const asked = this.#client.send(new DescribeExecutionCommand({ executionArn }));
    return asked.then(
      () => true,
      (error: unknown) => {
        if (error instanceof ExecutionDoesNotExist) return false;
        throw error;
      },
    );
  }

  /** Follows a run to its end and answers as the local run does. Throws `StageFailed` with the state and its cause. */
  async follow(executionArn: string, onProgress: (progress: Progress) => void): Promise<DisclosureReport> {
    let seen: EnteredState[] = [];
    for (;;) {
      const execution = await this.#describe(executionArn);
      const now = statesEntered(await this.#history(executionArn), OUTLINE);
      for (const progress of progressSince(seen, now)) onProgress(progress);
      seen = now;
      const last = now.at(-1);
      if (execution.status !== 'RUNNING') return this.#report(execution, last?.name ?? 'the run');
      if (last && isUnderWay(last)) onProgress(await this.#counted(executionArn, last));
      await setTimeout(SECONDS_BETWEEN_LOOKS * 1000);
    }
  }

  /** What a run that has ended answers. */
  async #report(execution: DescribeExecutionCommandOutput, state: string): Promise<DisclosureReport> {
    if (execution.status !== 'SUCCEEDED') throw await this.#failure(execution, state);
    return JSON.parse(execution.output ?? 'null') as DisclosureReport;
  }

  async #describe(executionArn: string): Promise<DescribeExecutionCommandOutput> {
    return told(`follow ${executionArn}`, this.#client.send(new DescribeExecutionCommand({ executionArn })));
  }

  /** The latest runs, newest first. */
  async latestRuns(): Promise<MachineRun[]> {
    const asked = new ListExecutionsCommand({ stateMachineArn: this.arn, maxResults: 5 });
    const { executions = [] } = await told('list the runs', this.#client.send(asked));
    return executions.map(({ name = '', status = '', startDate }) => ({
      name,
      status,
      started_at: startDate?.toISOString() ?? 'unknown',
    }));
  }

  async #history(executionArn: string): Promise<HistoryEvent[]> {
    const pages = paginateGetExecutionHistory({ client: this.#client, pageSize: 1000 }, { executionArn });
    const events: HistoryEvent[] = [];
    for await (const page of pages) events.push(...((page.events ?? []) as HistoryEvent[]));
    return events;
  }

  /** How many parts of a running distributed map are done. */
  async #counted(executionArn: string, state: EnteredState): Promise<Progress> {
    const mapRunArn = await this.#mapRun(executionArn, state.name);
    if (!mapRunArn) return progressOf(state, 'started', 0);
    const { itemCounts } = await this.#client.send(new DescribeMapRunCommand({ mapRunArn }));
    return progressOf(state, 'started', Number(itemCounts?.succeeded ?? 0));
  }

  /** The map run of a state: its address is `…:mapRun:<machine>/<label>:<id>`, and a label is its state's name. */
  async #mapRun(executionArn: string, state: string): Promise<string | undefined> {
    const { mapRuns = [] } = await this.#client.send(new ListMapRunsCommand({ executionArn }));
    return mapRuns.find(({ mapRunArn }) => mapRunArn?.split(':').at(-2)?.endsWith(`/${state}`))?.mapRunArn;
  }

  /** Why a run ended badly, in the words of the function that failed: for a map those of the first part that did. */
  async #failure(execution: DescribeExecutionCommandOutput, state: string): Promise<StageFailed> {
    const part = await this.#failedPart(execution.executionArn ?? '', state);
    const { status = '', error = status, cause = 'nothing was said' } = part ?? execution;
    return new StageFailed(
      state,
      partIn(part?.input),
      Object.assign(new Error(reasonOf({ source_id: '', error, cause })), { name: error }),
    );
  }

  async #failedPart(executionArn: string, state: string): Promise<DescribeExecutionCommandOutput | undefined> {
    const mapRunArn = await this.#mapRun(executionArn, state).catch(() => undefined);
    if (!mapRunArn) return undefined;
    const failed = new ListExecutionsCommand({ mapRunArn, statusFilter: 'FAILED', maxResults: 1 });
    const [first] = (await this.#client.send(failed).catch(() => undefined))?.executions ?? [];
    return first && this.#client.send(new DescribeExecutionCommand({ executionArn: first.executionArn }));
  }
}

/** The machine that is deployed with this code; its forks and ends are nothing to tell of. */
const OUTLINE: Outline = WORKING;

/** `2026-06_20260722T060000Z`: the same month and time twice is one run. */
function nameOf({ month, as_of }: MonthRun): string {
  return `${month}_${as_of.replace(/[-:]/g, '')}`;
}

async function arnOf(name: string, client: SFNClient): Promise<string | undefined> {
  for await (const { stateMachines = [] } of paginateListStateMachines({ client }, {})) {
    const found = stateMachines.find((machine) => machine.name === name);
    if (found) return found.stateMachineArn;
  }
  return undefined;
}

/** A map whose parts are being worked on. */
function isUnderWay({ isLeft, total }: EnteredState): boolean {
  return !isLeft && total > 1;
}

function partIn(input: string | undefined): string {
  const { shard } = JSON.parse(input ?? '{}') as { shard?: string };
  return shard ?? '';
}

function takenName(error: Error): never {
  if (!(error instanceof ExecutionAlreadyExists)) throw error;
  throw new Error(
    'a run of this month and time has ended: go on with it by --redrive, or start another with a later --as-of',
  );
}

/** An answer of Step Functions; its refusal in words. */
async function told<Answer>(what: string, answer: Promise<Answer>): Promise<Answer> {
  return answer.catch((cause: Error) => {
    throw refusal(what, cause, awsWords(cause));
  });
}

function refusal(what: string, cause: Error, said: string): Error {
  return new Error(`Cannot ${what}: expected AWS Step Functions to do it, got ${cause.name}: ${said}`, { cause });
}
