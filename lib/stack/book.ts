import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { AnyPrincipal, Effect, PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type BucketProps,
  type IBucket,
  type LifecycleRule,
} from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';

import type * as Workplace from '../adapters/lambda-workplace.ts';
import { acceptFolders } from './accepted-findings.ts';
import type { Deployment } from './deployment.ts';

/** The folders of the book that a function may touch, without a slash. */
export interface BookAccess {
  readonly reads?: readonly string[];
  /** May add objects, replace them where they are derived from others, and read them. */
  readonly writes: readonly string[];
  readonly removes?: readonly string[];
}

/** Whose bytes came from outside and cannot be made again. */
const KEPT_FOR_EVER = 'landing';
/** What functions lock as they write it, where the operator asks for it (lib/adapters/object-retention.ts). */
const LOCKED = [KEPT_FOR_EVER, 'disclosures'];
/** Where hosts deliver; collected from there into the landing (docs/adr/0009). */
const INBOX = ['agent', 'runs'];
/** Keys that nobody writes a second time: what landed, and what one host delivered, which another must not be able to put its own over. */
const WRITTEN_ONCE = [`${KEPT_FOR_EVER}/*`, 'agent/*', 'runs/host=*'];
/** Can be made again from the landing: their earlier versions are kept for a while only. */
const DERIVED = ['facts', 'ledger', 'sums', 'kpis', 'plans'];
const DERIVED_VERSIONS_DAYS = 30;

const SAFE: BucketProps = {
  encryption: BucketEncryption.S3_MANAGED,
  blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
  enforceSSL: true,
  removalPolicy: RemovalPolicy.RETAIN,
};

/** The bucket that holds the book. It outlives the stack, keeps every version, and lets nobody write a key twice that came from outside. */
export class Book extends Construct {
  readonly bucket: Bucket;
  /** The book's own key, where the operator asked for one. */
  readonly key: Key | undefined;
  readonly #lock: Deployment['book']['object_lock'];
  readonly #inboxDays: number;

  constructor(scope: Construct, id: string, settings: Deployment['book']) {
    super(scope, id);

    const accessLog = new Bucket(this, 'AccessLog', { ...SAFE, lifecycleRules: [{ expiration: Duration.days(400) }] });
    this.key = settings.encryption === 'kms' ? ownKey(this) : undefined;
    this.bucket = new Bucket(this, 'Bucket', {
      ...SAFE,
      ...(this.key && { encryption: BucketEncryption.KMS, encryptionKey: this.key, bucketKeyEnabled: true }),
      // Each write says how long it is kept: a default of the bucket would lock what can be made again.
      ...(settings.object_lock && { objectLockEnabled: true }),
      versioned: true,
      // The class misses its own interface by an optional `undefined` under `exactOptionalPropertyTypes`.
      serverAccessLogsBucket: accessLog as IBucket,
      lifecycleRules: [
        { abortIncompleteMultipartUploadAfter: Duration.days(3) },
        ...INBOX.map((folder) => expiring(folder, settings.inbox_days)),
        ...DERIVED.map((folder) => ({
          prefix: `${folder}/`,
          noncurrentVersionExpiration: Duration.days(DERIVED_VERSIONS_DAYS),
        })),
      ],
    });
    this.#lock = settings.object_lock;
    this.#inboxDays = settings.inbox_days;
    this.bucket.addToResourcePolicy(writtenOnce(WRITTEN_ONCE.map((keys) => this.bucket.arnForObjects(keys))));
  }

  /** `s3://bucket`, as the settings would write it. */
  get address(): string {
    return `s3://${this.bucket.bucketName}`;
  }

  /** What a function must know of the book. */
  get environment(): Readonly<Record<Workplace.Setting, string>> {
    return { BOOK: this.address, RETENTION: this.#lock ? `${this.#lock.mode}/${this.#lock.years}` : 'none' };
  }

  /** Opens folders of the book to a function's role; the settings are open to all of them. */
  open(to: Role, { reads = [], writes, removes = [] }: BookAccess): void {
    const seen = ['settings', ...reads, ...writes, ...removes];
    // Over all names: without it S3 answers «forbidden» instead of «not found» for a key that is not there.
    to.addToPolicy(new PolicyStatement({ actions: ['s3:ListBucket'], resources: [this.bucket.bucketArn] }));
    to.addToPolicy(this.#allow(['s3:GetObject'], seen));
    to.addToPolicy(this.#allow(['s3:PutObject', 's3:AbortMultipartUpload'], writes));
    const locked = this.#lock ? writes.filter((folder) => LOCKED.includes(folder)) : [];
    if (locked.length > 0) to.addToPolicy(this.#allow(['s3:PutObjectRetention'], locked));
    if (removes.length > 0) to.addToPolicy(this.#allow(['s3:DeleteObject'], removes));
    // Amazon S3 user guide, «Protecting data using SSE-KMS»: a multipart upload takes Decrypt as well.
    if (this.key) to.addToPolicy(keyUse(this.key));
    acceptFolders(to, this.bucket, seen);
  }

  /** Lets a function read what hosts delivered. */
  openInbox(to: Role): void {
    to.addToPolicy(this.#allow(['s3:GetObject'], INBOX));
    acceptFolders(to, this.bucket, INBOX);
  }

  /** Removes what lies in a folder of the inbox's kind when the inbox's days are over. */
  expire(folder: string): void {
    this.bucket.addLifecycleRule(expiring(folder, this.#inboxDays));
  }

  #allow(actions: string[], folders: readonly string[]): PolicyStatement {
    return new PolicyStatement({
      actions,
      resources: folders.map((folder) => this.bucket.arnForObjects(`${folder}/*`)),
    });
  }
}

/** The key outlives the stack as the book does: without it nobody could read the book. */
function ownKey(scope: Construct): Key {
  return new Key(scope, 'Key', {
    description: 'Encrypts the book of Joulebook',
    enableKeyRotation: true,
    removalPolicy: RemovalPolicy.RETAIN,
  });
}

function keyUse(key: Key): PolicyStatement {
  return new PolicyStatement({ actions: ['kms:Decrypt', 'kms:GenerateDataKey'], resources: [key.keyArn] });
}

function expiring(folder: string, days: number): LifecycleRule {
  return {
    prefix: `${folder}/`,
    expiration: Duration.days(days),
    noncurrentVersionExpiration: Duration.days(1),
  };
}

/** S3 refuses an object under these keys unless the writer asks that none be there; the parts of an upload are not objects yet. */
function writtenOnce(keys: string[]): PolicyStatement {
  return new PolicyStatement({
    sid: 'WhatCameInIsNeverOverwritten',
    effect: Effect.DENY,
    principals: [new AnyPrincipal()],
    actions: ['s3:PutObject'],
    resources: keys,
    conditions: { Null: { 's3:if-none-match': 'true' }, Bool: { 's3:ObjectCreationOperation': 'true' } },
  });
}
