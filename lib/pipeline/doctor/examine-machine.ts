import type { Finding } from './finding.ts';

/** A run of the machine as the service lists it. */
export interface MachineRun {
  readonly name: string;
  /** `RUNNING`, `SUCCEEDED`, `FAILED`, `TIMED_OUT`, `ABORTED` or `PENDING_REDRIVE` */
  readonly status: string;
  /** ISO 8601 UTC. */
  readonly started_at: string;
}

/** What a deployed stack's machine has done of late. */
export function examineMachine(arn: string, [latest]: readonly MachineRun[]): Finding {
  const about = 'machine';
  if (!latest)
    return { about, weight: 'note', what: `${arn} has never run`, mend: 'joulebook close --in aws --month …' };
  const what = `${arn}: the run ${latest.name} of ${latest.started_at} is ${latest.status.toLowerCase().replace('_', ' ')}`;
  if (latest.status === 'RUNNING' || latest.status === 'SUCCEEDED') return { about, weight: 'fine', what };
  return {
    about,
    weight: 'trouble',
    what,
    why: 'the month of this run is not closed',
    mend: "look at its cause with joulebook close --in aws --redrive and the run's month and time, which also goes on with it",
  };
}
