import { Duration, RemovalPolicy, Stack, Tags } from 'aws-cdk-lib';
import { CfnFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Chain, DefinitionBody, type IChainable, LogLevel, StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';

import { acceptMachine, acceptTelemetry } from './accepted-findings.ts';
import type { Book } from './book.ts';

interface MachineProps {
  readonly book: Book;
  readonly comment: string;
  readonly steps: readonly [IChainable, ...IChainable[]];
  /** Names of its distributed maps, which start runs of the machine itself. */
  readonly maps?: readonly string[];
}

/** A standard machine: its steps, one after the other. Its name is the stack's and its own, so that a command finds it. */
export class Machine extends Construct {
  readonly stateMachine: StateMachine;

  constructor(scope: Construct, id: string, { book, comment, steps: [first, ...rest], maps = [] }: MachineProps) {
    super(scope, id);

    this.stateMachine = new StateMachine(this, 'StateMachine', {
      stateMachineName: `${Stack.of(this).stackName}-${id}`,
      comment,
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
    Tags.of(this.stateMachine).add('joulebook:book', book.address);
    acceptTelemetry(this.stateMachine);
    acceptMachine(this.stateMachine, maps, Stack.of(this).node.findAll().filter(CfnFunction.isCfnFunction));
  }
}
