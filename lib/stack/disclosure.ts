import { Architecture } from 'aws-cdk-lib/aws-lambda';
import { type IChainable, JsonPath, TaskInput } from 'aws-cdk-lib/aws-stepfunctions';
import { LambdaInvoke } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { Construct } from 'constructs';

import type * as WriteDisclosure from '../../lambdas/write-disclosure/handler.ts';
import type { Book } from './book.ts';
import { CoreFunction } from './core-function.ts';
import { againWhenBusy, MONTH_RUN } from './steps.ts';

/** Prints the month. Its answer is the answer of the whole run. */
export class Disclosure extends Construct {
  readonly step: IChainable;

  constructor(scope: Construct, id: string, { book }: { readonly book: Book }) {
    super(scope, id);

    const writeDisclosure = new CoreFunction<WriteDisclosure.Setting>(this, 'WriteDisclosureFunction', {
      lambda: 'write-disclosure',
      environment: book.environment,
      memoryMib: 3008,
      diskGib: 10,
      // The Typst compiler is published for x86_64 alone.
      architecture: Architecture.X86_64,
      packages: ['@myriaddreamin/typst-ts-node-compiler-linux-x64-gnu', '@expo-google-fonts/inter'],
    });
    book.open(writeDisclosure.ownRole, {
      reads: ['landing', 'quarantine', 'facts', 'ledger', 'sums', 'kpis', 'plans'],
      writes: ['disclosures'],
    });
    const one = LambdaInvoke.jsonPath(this, 'WriteDisclosure', {
      lambdaFunction: writeDisclosure,
      payload: TaskInput.fromObject({ ...MONTH_RUN, collected: JsonPath.objectAt('$.collected') }),
      outputPath: '$.Payload',
    });
    this.step = againWhenBusy(one);
  }
}
