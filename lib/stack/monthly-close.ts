import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { CfnFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Chain, DefinitionBody, type IChainable, LogLevel, StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';

import { acceptMachine, acceptTelemetry } from './accepted-findings.ts';

/** Closes a month: its steps, one after the other. Input: `{ "month": "2026-06", "as_of": "2026-07-22T06:00:00Z" }`. */
export class MonthlyClose extends Construct {
  readonly stateMachine: StateMachine;

  constructor(scope: Construct, id: string, { steps }: { readonly steps: readonly [IChainable, ...IChainable[]] }) {
    super(scope, id);

    const [first, ...rest] = steps;
    this.stateMachine = new StateMachine(this, 'StateMachine', {
      comment: 'Closes a month into a disclosure',
      definitionBody: DefinitionBody.fromChainable(
        rest.reduce<Chain>((chain, step) => chain.next(step), Chain.start(first)),
      ),
      timeout: Duration.hours(24),
      tracingEnabled: true,
      logs: {
        level: LogLevel.ALL,
        includeExecutionData: true,
        destination: new LogGroup(this, 'Log', {
          retention: RetentionDays.ONE_YEAR,
          removalPolicy: RemovalPolicy.DESTROY,
        }),
      },
    });
    acceptTelemetry(this.stateMachine);
    acceptMachine(this.stateMachine, Stack.of(this).node.findAll().filter(CfnFunction.isCfnFunction));
  }
}
