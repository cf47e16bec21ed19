import { Stack } from 'aws-cdk-lib';
import { PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';

import { acceptTimestream } from './accepted-findings.ts';
import type { Book } from './book.ts';
import type { Deployment } from './deployment.ts';

type Timestream = Extract<Deployment['telemetry'], { kind: 'timestream' }>;

/** Where Timestream writes in the book: `to` of the source is `s3://<bucket of the book>/unload`. */
export const UNLOADED = 'unload';

/** ARN of a table of Timestream in the stack's account and region. */
export function tableArn(scope: Construct, { database, table }: Pick<Timestream, 'database' | 'table'>): string {
  return Stack.of(scope).formatArn({
    service: 'timestream',
    resource: 'database',
    resourceName: `${database}/table/${table}`,
  });
}

/**
 * Lets a role have Timestream write a table's records into the book: Timestream does it by the rights of whoever asks (developer
 * guide, "Prerequisites for UNLOAD"). Objects of the folder are opened as those of every other, and go when the inbox's days are over.
 */
export function openUnload(role: Role, book: Book, store: Timestream): void {
  const read = ['timestream:Select', 'timestream:ListMeasures', 'timestream:Unload'];
  role.addToPolicy(new PolicyStatement({ actions: read, resources: [tableArn(role, store)] }));
  role.addToPolicy(new PolicyStatement({ actions: ['timestream:DescribeEndpoints'], resources: ['*'] }));
  acceptTimestream(role);
  role.addToPolicy(new PolicyStatement({ actions: ['s3:GetBucketAcl'], resources: [book.bucket.bucketArn] }));
  book.expire(UNLOADED);
  for (const statement of book.key ? keyRights(role, book.key, store) : []) role.addToPolicy(statement);
}

/** For a source that names the book's key: without `kms_key` Timestream has S3 encrypt by a key of its own. */
function keyRights(role: Role, { keyArn }: IKey, { database }: Timestream): PolicyStatement[] {
  const isForTimestream = {
    Bool: { 'kms:GrantIsForAWSResource': 'true' },
    StringEquals: { 'kms:ViaService': `timestream.${Stack.of(role).region}.amazonaws.com` },
    'ForAnyValue:StringEquals': { 'kms:EncryptionContextKeys': `aws:timestream:${database}` },
  };
  return [
    new PolicyStatement({
      actions: ['kms:DescribeKey', 'kms:GenerateDataKeyWithoutPlaintext'],
      resources: [keyArn],
    }),
    new PolicyStatement({ actions: ['kms:CreateGrant'], resources: [keyArn], conditions: isForTimestream }),
  ];
}
