import type { S3Client } from '@aws-sdk/client-s3';

import type { SealedBatch } from '../spool/batch.ts';
import { retryAfterMs } from './retry-after.ts';
import type { S3Setting } from './settings.ts';
import type { Delivery, Sink } from './sink.ts';
import { codeOf, messageOf } from './words.ts';

const CONNECT_MS = 5000;
const ANSWER_MS = 60_000;
/**
 * The batch itself is at fault (https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html). Everything else is
 * the place: a bucket that is not there yet, a policy or a key that somebody mends, a clock that is set right.
 */
const REFUSALS = new Set(['EntityTooLarge', 'KeyTooLongError', 'InvalidObjectName', 'XMinioInvalidObjectName']);
/** The object stands already. */
const PRESENT = 412;

/** Batches as objects below a prefix: the book's inbox. Region and credentials are those of the SDK's own chain. */
export function s3Sink(setting: S3Setting, id: string, now: () => Date): Sink {
  const [, bucket = '', prefix = ''] = /^s3:\/\/([^/]+)\/?(.*?)\/?$/.exec(setting.path) ?? [];
  let opened: Promise<S3Client> | undefined;
  const client = () => {
    opened ??= openClient(setting);
    return opened;
  };
  return {
    id,
    deliver: (batch) => put(batch, { bucket, prefix, client, now }),
    close: () => void opened?.then((each) => each.destroy()).catch(() => undefined),
  };
}

/** The client is loaded at the first delivery: it takes six megabytes (docs/measurements.md). */
async function openClient({ region, endpoint }: S3Setting): Promise<S3Client> {
  const { S3Client } = await import('./s3-client.ts');
  return new S3Client({
    ...(region && { region }),
    ...(endpoint && { endpoint, forcePathStyle: true }),
    followRegionRedirects: true,
    // The drain tries again by itself, and waits as long as it should.
    maxAttempts: 1,
    requestHandler: { connectionTimeout: CONNECT_MS, requestTimeout: ANSWER_MS, throwOnRequestTimeout: true },
  });
}

interface Place {
  readonly bucket: string;
  readonly prefix: string;
  readonly client: () => Promise<S3Client>;
  readonly now: () => Date;
}

async function put({ name, bytes }: SealedBatch, { bucket, prefix, client, now }: Place): Promise<Delivery> {
  try {
    const { PutObjectCommand } = await import('./s3-client.ts');
    const object = {
      Bucket: bucket,
      Key: prefix === '' ? name : `${prefix}/${name}`,
      Body: bytes,
      ContentType: 'application/gzip',
      // S3 keeps the checksum beside the object and refuses bytes that were bent on the way.
      ChecksumAlgorithm: 'SHA256',
      IfNoneMatch: '*',
    } as const;
    await (await client()).send(new PutObjectCommand(object));
    return 'delivered';
  } catch (error) {
    return deliveryOf(error, now());
  }
}

function deliveryOf(error: unknown, now: Date): Delivery {
  const { status, retryAfter } = answerIn(error);
  if (status === PRESENT) return 'delivered';
  const said = `S3 says ${codeOf(error)}: ${messageOf(error)}`;
  if (REFUSALS.has(codeOf(error))) return { refused: said };
  return { retry: said, afterMs: retryAfterMs(retryAfter, now) };
}

/** The answer that an error of the SDK carries. */
function answerIn(error: unknown): { readonly status?: number | undefined; readonly retryAfter?: string | undefined } {
  const fields = error as {
    readonly $metadata?: { readonly httpStatusCode?: number };
    readonly $response?: { readonly headers?: Readonly<Record<string, string>> };
  };
  return { status: fields?.$metadata?.httpStatusCode, retryAfter: fields?.$response?.headers?.['retry-after'] };
}
