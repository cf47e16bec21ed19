import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { AnyPrincipal, Effect, PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import { BlockPublicAccess, Bucket, BucketEncryption, type BucketProps, type IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';

import { acceptFolders } from './accepted-findings.ts';

/** The folders of the book that a function may touch, without a slash. */
export interface BookAccess {
  readonly reads?: readonly string[];
  /** May add objects, replace them where they are derived from others, and read them. */
  readonly writes: readonly string[];
  readonly removes?: readonly string[];
}

/** Whose bytes came from outside and cannot be made again. */
const KEPT_FOR_EVER = 'landing';

const SAFE: BucketProps = {
  encryption: BucketEncryption.S3_MANAGED,
  blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
  enforceSSL: true,
  removalPolicy: RemovalPolicy.RETAIN,
};

/** The bucket that holds the book. It outlives the stack, keeps every version, and lets nobody write a landed key twice. */
export class Book extends Construct {
  readonly bucket: Bucket;

  constructor(scope: Construct, id: string) {
    super(scope, id);

    const accessLog = new Bucket(this, 'AccessLog', { ...SAFE, lifecycleRules: [{ expiration: Duration.days(400) }] });
    this.bucket = new Bucket(this, 'Bucket', {
      ...SAFE,
      versioned: true,
      // The class misses its own interface by an optional `undefined` under `exactOptionalPropertyTypes`.
      serverAccessLogsBucket: accessLog as IBucket,
      lifecycleRules: [{ abortIncompleteMultipartUploadAfter: Duration.days(3) }],
    });
    this.bucket.addToResourcePolicy(writtenOnce(this.bucket.arnForObjects(`${KEPT_FOR_EVER}/*`)));
  }

  /** `s3://bucket`, as the settings would write it. */
  get address(): string {
    return `s3://${this.bucket.bucketName}`;
  }

  /** Opens folders of the book to a function's role; the settings are open to all of them. */
  open(to: Role, { reads = [], writes, removes = [] }: BookAccess): void {
    const seen = ['settings', ...reads, ...writes, ...removes];
    // Over all names: without it S3 answers «forbidden» instead of «not found» for a key that is not there.
    to.addToPolicy(new PolicyStatement({ actions: ['s3:ListBucket'], resources: [this.bucket.bucketArn] }));
    to.addToPolicy(this.#allow(['s3:GetObject'], seen));
    to.addToPolicy(this.#allow(['s3:PutObject', 's3:AbortMultipartUpload'], writes));
    if (removes.length > 0) to.addToPolicy(this.#allow(['s3:DeleteObject'], removes));
    acceptFolders(to, this.bucket, seen);
  }

  #allow(actions: string[], folders: readonly string[]): PolicyStatement {
    return new PolicyStatement({
      actions,
      resources: folders.map((folder) => this.bucket.arnForObjects(`${folder}/*`)),
    });
  }
}

/** S3 refuses an object under these keys unless the writer asks that none be there; the parts of an upload are not objects yet. */
function writtenOnce(keys: string): PolicyStatement {
  return new PolicyStatement({
    sid: 'WhatLandedIsNeverOverwritten',
    effect: Effect.DENY,
    principals: [new AnyPrincipal()],
    actions: ['s3:PutObject'],
    resources: [keys],
    conditions: { Null: { 's3:if-none-match': 'true' }, Bool: { 's3:ObjectCreationOperation': 'true' } },
  });
}
