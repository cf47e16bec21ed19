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
import type { IStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';

import { ALARMS, type Alarm, MONTH_AT_RISK } from '../alarms/catalogue.ts';
import { limitMetricOf, SIGNALS_NAMESPACE } from '../alarms/metrics.ts';
import type { Book } from './book.ts';
import type { Notifications } from './notifications.ts';

interface AlarmsProps {
  readonly book: Book;
  /** The machine that closes months. */
  readonly stateMachine: IStateMachine;
  readonly notifications: Notifications;
}

const HOUR = Duration.hours(1);
/** What stands in an alarm that a machine reads; people are told what it costs in words of their own. */
const ELSEWHERE =
  'Since when: the time of this change of state. What it costs a day: alarms/month=<month>/alarms.json in the book.';

/** A CloudWatch alarm for each entry of the catalogue, and the one that they make together. */
export class Alarms extends Construct {
  constructor(scope: Construct, id: string, { book, stateMachine, notifications }: AlarmsProps) {
    super(scope, id);

    const { machines, people } = notifications;
    const made = ALARMS.map((alarm) => ({ alarm, watch: this.#watch(alarm, book, stateMachine) }));
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

  #watch(alarm: Alarm, book: Book, stateMachine: IStateMachine): AlarmBase {
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
        metric: failures(judged, stateMachine),
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

function failures(
  { namespace, metric }: { readonly namespace: string; readonly metric: string },
  { stateMachineArn }: IStateMachine,
): Metric {
  return new Metric({
    namespace,
    metricName: metric,
    dimensionsMap: { StateMachineArn: stateMachineArn },
    statistic: 'Sum',
    period: HOUR,
  });
}

function nameOf(scope: Construct, id: string): string {
  return `${Stack.of(scope).stackName}-${id}`;
}

function descriptionOf({ id, name, meaning, severity }: Pick<Alarm, 'id' | 'name' | 'meaning' | 'severity'>): string {
  return `${name} (${severity}): ${meaning}. ${ELSEWHERE} Runbook: docs/runbook.md#${id}`;
}
