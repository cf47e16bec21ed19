import type { Series } from './series.ts';
import {
  carbonOfRuns,
  costExplorerRequests,
  coverage,
  energyPerRequest,
  idleShare,
  lateness,
  type Observed,
  spoolAge,
} from './signals.ts';
import {
  type CostADay,
  idleAboveLimit,
  priceOfRequests,
  runAboveLimit,
  type Stretch,
  servingAboveLimit,
  uncounted,
} from './waste.ts';

/**
 * When a value is too much or too little. A band follows what is usual: its upper edge is so many deviations above it
 * (on a laptop the median and its mean absolute deviation, in CloudWatch its own model).
 */
export type Rule =
  | { readonly kind: 'above'; readonly limit: number }
  | { readonly kind: 'below'; readonly limit: number }
  | { readonly kind: 'band'; readonly deviations: number };

/** Something that a person should hear of. What is judged, by which rule, and what to do stands in docs/runbook.md. */
export interface Alarm {
  /** Also the anchor of its article in docs/runbook.md. */
  readonly id: string;
  readonly name: string;
  readonly meaning: string;
  /** The judged metric, its unit in the name. */
  readonly signal: string;
  /** As a text says it; `ratio` is told in percent. */
  readonly unit: string;
  readonly rule: Rule;
  /** Points in a row that must break the rule. */
  readonly points: number;
  /** `critical` wakes somebody up, `warning` can wait for the morning. */
  readonly severity: 'critical' | 'warning';
  /** Part of «the month is at risk». */
  readonly risksTheMonth: boolean;
  /** Who can know: the stage that raises alarms reads the book; what stops that stage is seen by CloudWatch alone. */
  readonly judged: JudgedByStage | JudgedByCloudWatch;
}

interface JudgedByStage {
  readonly by: 'stage';
  readonly read: (observed: Observed) => Series[];
  readonly costs: (stretch: Stretch) => CostADay;
}

/** An alarm that CloudWatch judges by itself, from metrics of Step Functions. */
export interface JudgedByCloudWatch {
  readonly by: 'cloudwatch';
  /** `runs`: what failed, ran out of time or was not started; `judgements`: the stage that raises alarms failed, and did not succeed. */
  readonly counted: 'runs' | 'judgements';
  /** Where the counts come from, as docs/alarms.md tells it. */
  readonly from: string;
}

/** Every alarm. The list only gains entries: an id that was told once keeps its meaning. Settings may move the limits. */
export const ALARMS: readonly Alarm[] = [
  {
    id: 'energy-per-request',
    name: 'Energy per request',
    meaning: 'Serving takes far more energy for each request than it did in the days before',
    signal: 'energy_per_request_wh',
    unit: 'Wh',
    rule: { kind: 'band', deviations: 4 },
    points: 3,
    severity: 'warning',
    risksTheMonth: false,
    judged: { by: 'stage', read: energyPerRequest, costs: servingAboveLimit },
  },
  {
    id: 'carbon-per-training-run',
    name: 'Carbon per training run',
    meaning: 'A training or batch run emitted more than a run may',
    signal: 'carbon_per_run_kgco2e',
    unit: 'kgCO2e',
    rule: { kind: 'above', limit: 1000 },
    points: 1,
    severity: 'warning',
    risksTheMonth: false,
    judged: { by: 'stage', read: carbonOfRuns, costs: runAboveLimit },
  },
  {
    id: 'idle-share',
    name: 'Idle share',
    meaning: 'Devices draw energy and no workload uses them',
    signal: 'idle_ratio',
    unit: 'ratio',
    rule: { kind: 'above', limit: 0.5 },
    points: 6,
    severity: 'warning',
    risksTheMonth: false,
    judged: { by: 'stage', read: idleShare, costs: idleAboveLimit },
  },
  {
    id: 'coverage-fall',
    name: 'Coverage fall',
    meaning: 'Resources draw energy of which no figure is known',
    signal: 'coverage_ratio',
    unit: 'ratio',
    rule: { kind: 'below', limit: 0.95 },
    points: 6,
    severity: 'critical',
    risksTheMonth: true,
    judged: { by: 'stage', read: coverage, costs: uncounted },
  },
  {
    id: 'source-late',
    name: 'Source late',
    meaning: 'A source has not given what it should have given by now',
    signal: 'source_lag_hours',
    unit: 'h',
    rule: { kind: 'above', limit: 48 },
    points: 1,
    severity: 'critical',
    risksTheMonth: true,
    judged: { by: 'stage', read: lateness, costs: uncounted },
  },
  {
    id: 'execution-failed',
    name: 'Execution failed',
    meaning:
      'A run failed, ran out of time or could not be started: the figures are as old as the last run that ended well',
    signal: 'executions_failed',
    unit: 'executions',
    rule: { kind: 'above', limit: 0 },
    points: 1,
    severity: 'critical',
    risksTheMonth: true,
    judged: {
      by: 'cloudwatch',
      counted: 'runs',
      from: '`AWS/States ExecutionsFailed + ExecutionsTimedOut` of both machines, and messages sent to the queue of what could not be started',
    },
  },
  {
    id: 'alarms-not-judged',
    name: 'Alarms not judged',
    meaning:
      'The stage that judges alarms failed for an hour: months go on and close, and of all other alarms nobody hears',
    signal: 'judgements_failed',
    unit: 'judgements',
    rule: { kind: 'above', limit: 0 },
    points: 1,
    severity: 'critical',
    risksTheMonth: false,
    judged: {
      by: 'cloudwatch',
      counted: 'judgements',
      from: '`AWS/Lambda Errors` of the stage’s function in an hour in which none of its calls succeeded',
    },
  },
  {
    id: 'spool-age',
    name: 'Spool age',
    meaning: 'A watched host sends nothing: what it measured lies in its spool, and is lost when that is full',
    signal: 'spool_age_hours',
    unit: 'h',
    rule: { kind: 'above', limit: 24 },
    points: 1,
    severity: 'warning',
    risksTheMonth: true,
    judged: { by: 'stage', read: spoolAge, costs: uncounted },
  },
  {
    id: 'cost-explorer-requests',
    name: 'Cost Explorer requests',
    meaning: 'The month’s requests to Cost Explorer, which cost money each, are beyond their budget',
    signal: 'cost_explorer_requests',
    unit: 'requests',
    rule: { kind: 'above', limit: 300 },
    points: 1,
    severity: 'warning',
    risksTheMonth: false,
    judged: { by: 'stage', read: costExplorerRequests, costs: priceOfRequests },
  },
];

/** The alarm that others make: it is raised while any of those that risk the month is. */
export const MONTH_AT_RISK = {
  id: 'the-month-is-at-risk',
  name: 'The month is at risk',
  meaning: 'Something keeps the month from closing, or from closing with all it should hold',
  severity: 'critical',
} as const;

/** Limits that settings put in the place of the catalogue's own, by alarm id. */
export type Limits = Readonly<Partial<Record<string, number>>>;

/** The rule of an alarm under the settings: a band has no limit that could be moved. */
export function ruleOf({ id, rule }: Pick<Alarm, 'id' | 'rule'>, limits: Limits): Rule {
  const limit = limits[id];
  return limit === undefined || rule.kind === 'band' ? rule : { ...rule, limit };
}
