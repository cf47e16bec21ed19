import { Duration, Stack, TimeZone } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { ContextAttribute, Schedule, ScheduleExpression, ScheduleTargetInput } from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { IStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';

import type * as Begin from '../../lambdas/begin/handler.ts';
import type { BeginRequest } from '../pipeline/begin.ts';
import { acceptQueue, acceptVersions } from './accepted-findings.ts';
import { CoreFunction } from './core-function.ts';
import type { Deployment } from './deployment.ts';

interface SchedulesProps {
  readonly machines: Readonly<Record<Begin.Machine, IStateMachine>>;
  readonly schedules: Deployment['schedules'];
}

type Time = Parameters<typeof ScheduleExpression.cron>[0];

/** When each work begins, in the operator's time zone. `begin` decides of which month, and whether the day is right. */
const TIMES: Readonly<Record<Exclude<BeginRequest['work'], 'watch'>, Time>> = {
  telemetry: { minute: '10' },
  bills: { minute: '30', hour: '4' },
  // The fifth working day lies between the 5th and the 9th.
  preliminary: { minute: '0', hour: '6', day: '5-9' },
  // Google, Azure and AWS have published by the 15th, 19th and 21st (docs/sources.md, lag).
  // The 22nd of UTC: far in the east the morning of the zone's own 22nd comes before it.
  closing: { minute: '0', hour: '6', day: '22-23' },
};

/** When the alarms of the open month are judged: after what has landed in the hour, or after the day's bills. */
const WATCH: Readonly<Record<Deployment['schedules']['watch'], { readonly watch?: Time }>> = {
  hourly: { watch: { minute: '40' } },
  daily: { watch: { minute: '40', hour: '5' } },
  never: {},
};

/** Starts the machines by the clock. What could not be started lies in a queue for two weeks. */
export class Schedules extends Construct {
  /** What could not be started. */
  readonly missed: Queue;

  constructor(scope: Construct, id: string, { machines, schedules }: SchedulesProps) {
    super(scope, id);

    const missed = new Queue(this, 'Missed', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
    acceptQueue(missed);
    this.missed = missed;
    const begin = new CoreFunction<Begin.Setting>(this, 'BeginFunction', {
      lambda: 'begin',
      environment: {
        TIME_ZONE: schedules.time_zone,
        CLOSE_MACHINE: machines.close.stateMachineArn,
        LANDING_MACHINE: machines.landing.stateMachineArn,
      },
      memoryMib: 256,
      diskGib: 0.5,
      warehouse: false,
      deadLetterQueue: missed,
    });
    begin.addToRolePolicy(
      new PolicyStatement({
        // A month is not watched while another run is under way.
        actions: ['states:ListExecutions', 'states:StartExecution'],
        resources: Object.values(machines).map(({ stateMachineArn }) => stateMachineArn),
      }),
    );
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('scheduler.amazonaws.com') });
    acceptVersions(role, begin);
    for (const [work, time] of Object.entries({ ...TIMES, ...WATCH[schedules.watch] })) {
      new Schedule(this, work, {
        description: `Joulebook of ${Stack.of(this).stackName}: ${work}`,
        enabled: schedules.enabled,
        schedule: ScheduleExpression.cron({ ...time, timeZone: TimeZone.of(schedules.time_zone) }),
        target: new LambdaInvoke(begin, {
          input: ScheduleTargetInput.fromObject({ work, at: ContextAttribute.scheduledTime }),
          role,
          deadLetterQueue: missed,
          retryAttempts: 3,
          maxEventAge: Duration.hours(2),
        }),
      });
    }
  }
}
