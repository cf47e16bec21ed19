import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Choice, Condition, type IChainable, JsonPath, Succeed, TaskInput } from 'aws-cdk-lib/aws-stepfunctions';
import { LambdaInvoke } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { Construct } from 'constructs';

import type * as RaiseAlarms from '../../lambdas/raise-alarms/handler.ts';
import type { Book } from './book.ts';
import { CoreFunction } from './core-function.ts';
import type { Notifications } from './notifications.ts';
import type { Overtaking } from './overtaking.ts';
import { againWhenBusy, FAILURE, MONTH_RUN } from './steps.ts';

interface AlarmRaisingProps {
  readonly book: Book;
  readonly notifications: Notifications;
  readonly overtaking: Overtaking;
}

/** Judges the month's alarms, and ends a run that was started for them alone. A month closes also where nobody could judge: why, stays in the run. */
export class AlarmRaising extends Construct {
  readonly step: IChainable;
  readonly judge: IFunction;

  constructor(scope: Construct, id: string, { book, notifications, overtaking }: AlarmRaisingProps) {
    super(scope, id);

    const raiseAlarms = new CoreFunction<RaiseAlarms.Setting>(this, 'RaiseAlarmsFunction', {
      lambda: 'raise-alarms',
      environment: { ...book.environment, WORDS_TOPIC: notifications.people.topicArn },
      memoryMib: 3008,
      diskGib: 10,
    });
    this.judge = raiseAlarms;
    book.open(raiseAlarms.ownRole, {
      reads: ['landing', 'calls', 'facts', 'ledger', 'kpis', 'plans'],
      writes: ['alarms'],
    });
    notifications.open(raiseAlarms.ownRole);
    const one = LambdaInvoke.jsonPath(this, 'RaiseAlarms', {
      lambdaFunction: raiseAlarms,
      payload: TaskInput.fromObject(MONTH_RUN),
      resultPath: JsonPath.DISCARD,
    });
    // `"watch": true` in the input of a run: the alarms are judged, and no version of a disclosure is written.
    const after = new Choice(this, 'IsDisclosed')
      .when(Condition.isPresent('$.watch'), new Succeed(this, 'Watched'))
      .afterwards({ includeOtherwise: true });
    this.step = overtaking.ends(againWhenBusy(one)).addCatch(after.startState, { resultPath: FAILURE }).next(after);
  }
}
