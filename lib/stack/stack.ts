import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

import { Book } from './book.ts';
import { Collection } from './collection.ts';
import { Disclosure } from './disclosure.ts';
import { Facts } from './facts.ts';
import { Kpis } from './kpis.ts';
import { MonthlyClose } from './monthly-close.ts';
import { Planning } from './planning.ts';
import { Settlement } from './settlement.ts';

/** The whole system, read top to bottom in the order in which the data flows. */
export class JoulebookStack extends Stack {
  constructor(scope: Construct, id: string, props?: StackProps) {
    super(scope, id, props);

    const book = new Book(this, 'Book');
    const planning = new Planning(this, 'Planning', { book });
    const collection = new Collection(this, 'Collection', { book, places: placesOf(this) });
    const facts = new Facts(this, 'Facts', { book });
    const settlement = new Settlement(this, 'Settlement', { book });
    const kpis = new Kpis(this, 'Kpis', { book });
    const disclosure = new Disclosure(this, 'Disclosure', { book });
    const close = new MonthlyClose(this, 'MonthlyClose', {
      steps: [
        planning.step('PlanCollection', 'collection'),
        collection.step,
        planning.step('PlanFacts', 'facts'),
        facts.step,
        planning.step('PlanSettlement', 'settlement'),
        settlement.step,
        kpis.step,
        disclosure.step,
      ],
    });

    new CfnOutput(this, 'BookAddress', { value: book.address });
    new CfnOutput(this, 'StateMachineArn', { value: close.stateMachine.stateMachineArn });
  }
}

/** `-c sources=s3://exports/cur,s3://exports/carbon` lets `collect` read there. */
function placesOf(stack: Stack): string[] {
  const places: unknown = stack.node.tryGetContext('sources') ?? '';
  return String(places)
    .split(',')
    .filter((place) => place.length > 0);
}
