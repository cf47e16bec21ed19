import { createHash } from 'node:crypto';

import type { Answer } from '../post.ts';
import type { SealedBatch } from '../spool/batch.ts';
import { retryAfterMs } from './retry-after.ts';
import type { S3Client } from './s3-client.ts';
import type { S3Setting } from './settings.ts';
import type { Delivery, Sink } from './sink.ts';
import { codeOf, messageOf } from './words.ts';

/**
 * The batch itself is at fault (https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html). Everything else is
 * the place: a bucket that is not there yet, a policy or a key that somebody mends, a clock that is set right.
 */
const REFUSALS = new Set(['EntityTooLarge', 'KeyTooLongError', 'InvalidObjectName', 'XMinioInvalidObjectName']);
/** The object stands already. */
const PRESENT = 412;

export interface S3Edges {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly now: () => Date;
}

/** Batches as objects below a prefix: the book's inbox. Region and credentials are those of the SDK's own chain. */
export function s3Sink(setting: S3Setting, id: string, { environment, now }: S3Edges): Sink {
  const [, name = '', prefix = ''] = /^s3:\/\/([^/]+)\/?(.*?)\/?$/.exec(setting.path) ?? [];
  const { region, endpoint = environment['AWS_ENDPOINT_URL_S3'] ?? environment['AWS_ENDPOINT_URL'] } = setting;
  let opened: Promise<S3Client> | undefined;
  /** Loaded at the first delivery (docs/measurements.md); where a region is missing, looked up again at the next. */
  const client = async () => {
    opened ??= import('./s3-client.ts').then(({ openS3Client }) => openS3Client({ name, region, endpoint }));
    return opened.catch((error: unknown) => {
      opened = undefined;
      throw error;
    });
  };
  return {
    id,
    async deliver(batch) {
      try {
        return deliveryOf(await (await client()).put(objectOf(batch, prefix), now()), now());
      } catch (error) {
        return { retry: `S3 says ${codeOf(error)}: ${messageOf(error)}` };
      }
    },
    close: () => undefined,
  };
}

function objectOf({ name, bytes }: SealedBatch, prefix: string) {
  return {
    key: prefix === '' ? name : `${prefix}/${name}`,
    bytes,
    headers: {
      'content-type': 'application/gzip',
      // S3 keeps the checksum beside the object and refuses bytes that were bent on the way.
      'x-amz-checksum-sha256': createHash('sha256').update(bytes).digest('base64'),
      'if-none-match': '*',
    },
  };
}

function deliveryOf({ status, text, retryAfter }: Answer, now: Date): Delivery {
  if ((status >= 200 && status < 300) || status === PRESENT) return 'delivered';
  const code = textOf('Code', text) ?? String(status);
  const said = `S3 says ${code}: ${textOf('Message', text) ?? text.replaceAll(/\s+/g, ' ').slice(0, 200)}`;
  return REFUSALS.has(code) ? { refused: said } : { retry: said, afterMs: retryAfterMs(retryAfter, now) };
}

/** The text of an element of the answer, which is `<Error><Code>…</Code><Message>…</Message></Error>`. */
function textOf(element: string, xml: string): string | undefined {
  return new RegExp(`<${element}>([^<]*)</${element}>`).exec(xml)?.[1];
}
