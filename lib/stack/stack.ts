import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { AgentHosts } from './agent-hosts.ts';
import type { AgentPackages } from './agent-installation.ts';
import { AlarmRaising } from './alarm-raising.ts';
import { Alarms } from './alarms.ts';
import { Book } from './book.ts';
import { Collection } from './collection.ts';
import type { Deployment } from './deployment.ts';
import { Disclosure } from './disclosure.ts';
import { Distribution } from './distribution.ts';
import { Facts } from './facts.ts';
import { Kpis } from './kpis.ts';
import { Machine } from './machine.ts';
import { Notifications } from './notifications.ts';
import { Overtaking } from './overtaking.ts';
import { Planning } from './planning.ts';
import { Schedules } from './schedules.ts';
import { Settlement } from './settlement.ts';
import { Tables } from './tables.ts';
import { TelemetryStore } from './telemetry-store.ts';

interface JoulebookProps extends StackProps {
  readonly deployment: Deployment;
}

/** The whole system, read top to bottom in the order in which the data flows. */
export class JoulebookStack extends Stack {
  constructor(scope: Construct, id: string, { deployment, ...props }: JoulebookProps) {
    super(scope, id, props);

    const { concurrency, schedules, agents, telemetry } = deployment;
    const book = new Book(this, 'Book', deployment.book);
    const overtaking = new Overtaking(this, 'Overtaking');
    const planning = new Planning(this, 'Planning', { book });
    const collection = new Collection(this, 'Collection', { book, open: deployment });
    const facts = new Facts(this, 'Facts', { book, concurrency, planning });
    const settlement = new Settlement(this, 'Settlement', { book, concurrency, planning });
    const kpis = new Kpis(this, 'Kpis', { book, overtaking });
    const notifications = new Notifications(this, 'Notifications', deployment.notify);
    const alarmRaising = new AlarmRaising(this, 'AlarmRaising', { book, notifications, overtaking });
    const disclosure = new Disclosure(this, 'Disclosure', { book });
    const distribution = new Distribution(this, 'Distribution', { book, mail: deployment.mail });
    const { stateMachine: close } = new Machine(this, 'MonthlyClose', {
      book,
      comment: 'Closes a month into a disclosure',
      maps: ['BuildFacts', 'Settle'],
      steps: [
        planning.step('PlanCollection', 'collection'),
        collection.step('Collect'),
        overtaking.ends(planning.step('PlanFacts', 'facts')),
        facts.step,
        overtaking.ends(planning.step('PlanSettlement', 'settlement')),
        settlement.step,
        kpis.step,
        alarmRaising.step,
        disclosure.step,
        distribution.step,
      ],
    });
    const { stateMachine: landing } = new Machine(this, 'Landing', {
      book,
      comment: 'Lands what sources have of a month, and computes nothing',
      steps: [planning.step('PlanLanding', 'collection'), collection.step('Land')],
    });
    const { missed } = new Schedules(this, 'Schedules', { machines: { close, landing }, schedules });
    const { judge } = alarmRaising;
    new Alarms(this, 'Alarms', { book, machines: [close, landing], missed, judge, notifications });
    new Tables(this, 'Tables', { book });
    new TelemetryStore(this, 'TelemetryStore', { book, store: telemetry });
    if (agents) agentHosts(this, book, deployment, agents);

    new CfnOutput(this, 'BookAddress', { value: book.address });
    new CfnOutput(this, 'StateMachineArn', { value: close.stateMachineArn });
  }
}

function agentHosts(
  scope: Construct,
  book: Book,
  { telemetry }: Deployment,
  agents: NonNullable<Deployment['agents']>,
): void {
  const packages = Object.fromEntries(
    Object.entries(agents.packages).flatMap(([machine, made]) =>
      made ? [[machine, { ...made, bucket: Bucket.fromBucketName(scope, `Packages-${machine}`, made.bucket) }]] : [],
    ),
  ) as AgentPackages;
  new AgentHosts(scope, 'AgentHosts', {
    book,
    packages,
    ...(agents.tag && { tag: agents.tag }),
    ...(book.key && { bookKey: book.key }),
    ...(telemetry.kind === 'timestream' && { timestream: telemetry }),
  });
}
