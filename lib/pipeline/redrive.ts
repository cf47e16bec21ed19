/** How an execution stands towards a redrive (AWS Step Functions API reference, `DescribeExecution`). */
export interface RedriveStanding {
  readonly status?: string | undefined;
  readonly redriveStatus?: string | undefined;
  /** In the service's own words, where it cannot be redriven. */
  readonly redriveStatusReason?: string | undefined;
  readonly redriveCount?: number | undefined;
  readonly redriveDate?: Date | undefined;
  /** The state that only fails in which it ended (`CollectExhausted`, `OvertakenClose`): a redrive goes on from there, and fails again. */
  readonly deadEnd?: string | undefined;
}

interface Hint {
  /** In a name or in the service's own words. */
  readonly said: RegExp;
  readonly meaning: string;
}

const ANEW = 'start the month anew: without --redrive, with a later --as-of';

/** `DescribeExecution`, redriveStatusReason. */
const REASONS: readonly Hint[] = [
  {
    said: /is RUNNING/,
    meaning: 'it is still under way; wait for its end: joulebook doctor --in aws lists the latest runs',
  },
  {
    said: /is SUCCEEDED/,
    meaning: `it has succeeded, and nothing is left to be done; if figures have changed since, ${ANEW}`,
  },
  { said: /redrivable period/, meaning: `it ended more than 14 days ago; ${ANEW}` },
  { said: /event limit/, meaning: `its history is full (25 000 events); ${ANEW}` },
  { said: /max execution time/, meaning: `it has been open for a year; ${ANEW}` },
  { said: /before the launch/, meaning: `it is older than redriving itself (November 2023); ${ANEW}` },
  { said: /is in DELETING/, meaning: 'the machine is being taken away; deploy it again: npm run deploy' },
];

/** `RedriveExecution`, errors, and those common to all operations. */
const REFUSALS: readonly Hint[] = [
  { said: /^ExecutionNotRedrivable/, meaning: `Step Functions cannot go on with this run; ${ANEW}` },
  {
    said: /^ExecutionLimitExceeded/,
    meaning:
      'as many executions are under way as the account may have in this region; wait until some have ended, or have the quota raised, and redrive again',
  },
  {
    said: /^ExecutionDoesNotExist/,
    meaning: `there is no such run, or it ended more than 90 days ago and is forgotten; look at --as-of, or ${ANEW}`,
  },
  { said: /^InvalidArn/, meaning: 'the address is not that of a run; look at --stack and at AWS_REGION' },
  {
    said: /^AccessDenied/,
    meaning: 'this identity may not redrive it; it needs states:RedriveExecution on the runs of the machine',
  },
  { said: /^Throttling/, meaning: 'it is asked too often; try again in a minute' },
];

/** What a refusal of `RedriveExecution` means and what to do; undefined for one that nobody foresaw. */
export function meaningOfRefusal(name: string, said: string): string | undefined {
  const isOfTheRun = name === 'ExecutionNotRedrivable';
  const reason = isOfTheRun ? REASONS.find((hint) => hint.said.test(said)) : undefined;
  return (reason ?? REFUSALS.find((hint) => hint.said.test(name)))?.meaning;
}

/** `It has failed; it can go on by --redrive. It was redriven twice, last at 2026-07-22T06:01:40.000Z.` */
export function standingWords(standing: RedriveStanding): string {
  return [`${stateWords(standing)}${chanceWords(standing)}.`, countWords(standing)].filter(Boolean).join(' ');
}

const STATES: Readonly<Record<string, string>> = {
  RUNNING: 'It is under way',
  SUCCEEDED: 'It has succeeded',
  FAILED: 'It has failed',
  TIMED_OUT: 'It ran out of time',
  ABORTED: 'It was stopped',
};

function stateWords({ status = 'of unknown state' }: RedriveStanding): string {
  return STATES[status] ?? `It is ${status}`;
}

/** What a run that goes on, or is done, cannot do is nothing to be told. */
function chanceWords({ status, redriveStatus, redriveStatusReason: said = '', deadEnd }: RedriveStanding): string {
  if (status === 'RUNNING' || status === 'SUCCEEDED') return '';
  if (deadEnd !== undefined) return `; it cannot go on: ${deadEndWords(deadEnd)}`;
  if (redriveStatus === 'REDRIVABLE') return '; it can go on by --redrive';
  if (redriveStatus !== 'NOT_REDRIVABLE') return '';
  return `; it cannot go on (${said || 'no reason was given'}): ${meaningOfRefusal('ExecutionNotRedrivable', said)}`;
}

/** Why a run that ended in a state that only fails is not redriven (developer guide, «Redrive behavior of individual states»), and what to do. */
export function deadEndWords(state: string): string {
  return `it ended in ${state}, and would again; ${ANEW}`;
}

function countWords({ redriveCount = 0, redriveDate }: RedriveStanding): string {
  if (redriveCount === 0) return '';
  const times = ['', 'once', 'twice'][redriveCount] ?? `${redriveCount} times`;
  return `It was redriven ${times}${redriveDate ? `, last at ${redriveDate.toISOString()}` : ''}.`;
}
