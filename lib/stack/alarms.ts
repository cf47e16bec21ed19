import { Duration, Stack } from 'aws-cdk-lib';
import {
  type AlarmBase,
  AlarmRule,
  AlarmState,
  AnomalyDetectionAlarm,
  ComparisonOperator,
  CompositeAlarm,
  MathExpression,
  Metric,
  Alarm as MetricAlarm,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { IStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';

import { ALARMS, type Alarm, type JudgedByCloudWatch, MONTH_AT_RISK } from '../alarms/catalogue.ts';
import { limitMetricOf, SIGNALS_NAMESPACE } from '../alarms/metrics.ts';
import type { Book } from './book.ts';
import type { Notifications } from './notifications.ts';

interface AlarmsProps {
  readonly book: Book;
  /** The machines whose runs must end well. */
  readonly machines: readonly IStateMachine[];
  /** Where starts lie that failed. */
  readonly missed: IQueue;
  /** The function that judges the other alarms: where it fails, the month goes on. */
  readonly judge: IFunction;
  readonly notifications: Notifications;
}

const HOUR = Duration.hours(1);
/** What stands in an alarm that a machine reads; people are told what it costs in words of their own. */
const ELSEWHERE =
  'Since when: the time of this change of state. What it costs a day: alarms/month=<month>/alarms.json in the book.';

/** A CloudWatch alarm for each entry of the catalogue, and the one that they make together. */
export class Alarms extends Construct {
  constructor(scope: Construct, id: string, { book, notifications, ...watched }: AlarmsProps) {
    super(scope, id);

    const { machines, people } = notifications;
    const failed = ({ counted }: JudgedByCloudWatch) =>
      counted === 'runs' ? failures(watched) : judgementsFailed(watched.judge);
    const made = ALARMS.map((alarm) => ({ alarm, watch: this.#watch(alarm, book, failed) }));
    for (const { alarm, watch } of made) {
      watch.addAlarmAction(new SnsAction(machines));
      // What the stage judges it tells in words; the rest people hear from CloudWatch.
      if (alarm.judged.by === 'cloudwatch') watch.addAlarmAction(new SnsAction(people));
    }
    const risks = made.filter(({ alarm }) => alarm.risksTheMonth);
    const composite = new CompositeAlarm(this, MONTH_AT_RISK.id, {
      compositeAlarmName: nameOf(this, MONTH_AT_RISK.id),
      alarmDescription: descriptionOf(MONTH_AT_RISK),
      alarmRule: AlarmRule.anyOf(...risks.map(({ watch }) => AlarmRule.fromAlarm(watch, AlarmState.ALARM))),
    });
    composite.addAlarmAction(new SnsAction(machines));
  }

  #watch(alarm: Alarm, book: Book, failed: (judged: JudgedByCloudWatch) => MathExpression): AlarmBase {
    const common = {
      alarmName: nameOf(this, alarm.id),
      alarmDescription: descriptionOf(alarm),
      // One value a run already tells of as many points as the rule asks for.
      evaluationPeriods: 1,
      // Between two runs nothing is told: what was raised stays raised.
      treatMissingData: TreatMissingData.IGNORE,
    };
    const { judged, rule, signal } = alarm;
    if (judged.by === 'cloudwatch')
      return new MetricAlarm(this, alarm.id, {
        ...common,
        metric: failed(judged),
        threshold: 0,
        comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
        treatMissingData: TreatMissingData.NOT_BREACHING,
      });
    if (rule.kind === 'band')
      return new AnomalyDetectionAlarm(this, alarm.id, {
        ...common,
        metric: signalMetric(signal, book, 'Maximum'),
        stdDevs: rule.deviations,
        comparisonOperator: ComparisonOperator.GREATER_THAN_UPPER_THRESHOLD,
      });
    return new MetricAlarm(this, alarm.id, {
      ...common,
      metric: beyond(signal, book, rule.kind),
      threshold: 0,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
    });
  }
}

/** How far a value is beyond its limit, in its own unit: settings move the limit without a deployment. */
function beyond(signal: string, book: Book, kind: 'above' | 'below'): MathExpression {
  const statistic = kind === 'above' ? 'Maximum' : 'Minimum';
  return new MathExpression({
    expression: kind === 'above' ? 'value - limit' : 'limit - value',
    usingMetrics: {
      value: signalMetric(signal, book, statistic),
      limit: signalMetric(limitMetricOf(signal), book, 'Maximum'),
    },
    label: `${signal} beyond its limit`,
    period: HOUR,
  });
}

function signalMetric(metricName: string, book: Book, statistic: 'Maximum' | 'Minimum'): Metric {
  return new Metric({
    namespace: SIGNALS_NAMESPACE,
    metricName,
    dimensionsMap: { book: book.address },
    statistic,
    period: HOUR,
  });
}

/** Runs that ended badly, of all machines, and starts that came to nothing; an hour without any has no value of its own. */
function failures({ machines, missed }: Pick<AlarmsProps, 'machines' | 'missed'>): MathExpression {
  // Step Functions counts a run that ran out of time apart from one that failed (developer guide, «Execution metrics»).
  const runs = machines.flatMap((machine) => [machine.metricFailed(), machine.metricTimedOut()]);
  const starts = missed.metricNumberOfMessagesSent();
  const counted = [...runs, starts].map((metric) => metric.with({ statistic: 'Sum', period: HOUR }));
  const usingMetrics = Object.fromEntries(counted.map((metric, index) => [`m${index}`, metric]));
  const expression = Object.keys(usingMetrics)
    .map((name) => `FILL(${name}, 0)`)
    .join(' + ');
  return new MathExpression({ expression, usingMetrics, label: 'runs that failed or were not started', period: HOUR });
}

/** Calls of the judging function that failed in an hour in which none went well: one that was overtaken is made good by the next. */
function judgementsFailed(judge: IFunction): MathExpression {
  const hourly = { statistic: 'Sum', period: HOUR } as const;
  return new MathExpression({
    expression: 'IF(calls > errors, 0, errors)',
    usingMetrics: { calls: judge.metricInvocations(hourly), errors: judge.metricErrors(hourly) },
    label: 'hours whose alarms nobody judged',
    period: HOUR,
  });
}

function nameOf(scope: Construct, id: string): string {
  return `${Stack.of(scope).stackName}-${id}`;
}

function descriptionOf({ id, name, meaning, severity }: Pick<Alarm, 'id' | 'name' | 'meaning' | 'severity'>): string {
  return `${name} (${severity}): ${meaning}. ${ELSEWHERE} Runbook: docs/runbook.md#${id}`;
}
