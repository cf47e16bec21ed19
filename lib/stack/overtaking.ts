import { Choice, Condition, Fail, JsonPath, Succeed, type TaskStateBase } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';

import { FAILURE, OVERTAKEN } from './steps.ts';

/**
 * The end of a run of whose month another, of a later moment, has begun. A watch leaves the alarms to that one and ends well: nobody
 * is to be woken. A close fails in words: whoever began it waits for a disclosure.
 */
export class Overtaking extends Construct {
  readonly #end: Choice;

  constructor(scope: Construct, id: string) {
    super(scope, id);

    const close = new Fail(this, 'OvertakenClose', {
      errorPath: JsonPath.stringAt(`${FAILURE}.Error`),
      causePath: JsonPath.stringAt(`${FAILURE}.Cause`),
    });
    this.#end = new Choice(this, 'IsWatchOvertaken')
      .when(Condition.isPresent('$.watch'), new Succeed(this, 'Overtaken'))
      .otherwise(close);
  }

  /** Lets a state that finds its run overtaken end it. */
  ends<State extends TaskStateBase>(state: State): State {
    state.addCatch(this.#end, { errors: [OVERTAKEN], resultPath: FAILURE });
    return state;
  }
}
