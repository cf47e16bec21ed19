import { Sha256 } from '@aws-crypto/sha256-js';
import { defaultProvider } from '@aws-sdk/credential-provider-node';
import {
  loadConfig,
  NODE_REGION_CONFIG_FILE_OPTIONS,
  NODE_REGION_CONFIG_OPTIONS,
  NODE_USE_DUALSTACK_ENDPOINT_CONFIG_OPTIONS,
  NODE_USE_FIPS_ENDPOINT_CONFIG_OPTIONS,
} from '@smithy/core/config';
import { SignatureV4 } from '@smithy/signature-v4';

import { type Answer, send } from '../post.ts';
import { addressOf, type Bucket } from './s3-address.ts';

/** What is put: bytes under a key, with headers that are signed. */
interface PutObject {
  readonly key: string;
  readonly bytes: Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
}

/** Objects of one bucket. */
export interface S3Client {
  /** Puts an object; gives the answer, whatever its status. Rejects where there is none, no region or no credentials. */
  put(object: PutObject, now: Date): Promise<Answer>;
}

export type BucketSetting = Pick<Bucket, 'name' | 'endpoint'> & { readonly region?: string | undefined };

const ANSWER_MS = 60_000;
/** AWS refuses a signature that is five minutes old (AWS IAM, «Elements of an AWS API request signature»). */
const SKEW_MS = 4 * 60_000;
/** What another region answers, with its own name in `x-amz-bucket-region` (AmazonS3, ErrorResponses). */
const ELSEWHERE = new Set([301, 307, 400]);
const NOT_ALLOWED = new Set([400, 401, 403]);

/**
 * One request of S3, signed by the SDK's own signer with the credentials and the region of its own chain. The SDK's client of S3
 * would take eight megabytes more (docs/measurements.md), for a hundred requests that nobody makes.
 */
export async function openS3Client(setting: BucketSetting): Promise<S3Client> {
  return new Client({ ...setting, ...(await placeOf(setting)) });
}

async function placeOf({ region }: BucketSetting): Promise<Pick<Bucket, 'region' | 'isFips' | 'isDualstack'>> {
  const [found, isFips, isDualstack] = await Promise.all([
    region ?? loadConfig(NODE_REGION_CONFIG_OPTIONS, NODE_REGION_CONFIG_FILE_OPTIONS)(),
    loadConfig(NODE_USE_FIPS_ENDPOINT_CONFIG_OPTIONS)(),
    loadConfig(NODE_USE_DUALSTACK_ENDPOINT_CONFIG_OPTIONS)(),
  ]);
  return { region: found, isFips: isFips === true, isDualstack: isDualstack === true };
}

class Client implements S3Client {
  #bucket: Bucket;
  #credentials: ReturnType<typeof providerFor>;
  /** How far the clock of S3 is ahead of ours, where that is too far. */
  #aheadMs = 0;

  constructor(bucket: Bucket) {
    this.#bucket = bucket;
    this.#credentials = providerFor(bucket.region);
  }

  async put(object: PutObject, now: Date): Promise<Answer> {
    const answer = await this.#put(object, now);
    const region = answer.headers['x-amz-bucket-region'];
    const isElsewhere = ELSEWHERE.has(answer.status) && typeof region === 'string' && region !== this.#bucket.region;
    if (isElsewhere) {
      this.#bucket = { ...this.#bucket, region };
      return this.#put(object, now);
    }
    if (NOT_ALLOWED.has(answer.status)) this.#mend(answer, now);
    return answer;
  }

  async #put({ key, bytes, headers }: PutObject, now: Date): Promise<Answer> {
    const url = addressOf(this.#bucket, key);
    const { hostname, port, pathname: path, protocol, host } = url;
    const signer = new SignatureV4({
      service: 's3',
      region: this.#bucket.region,
      credentials: this.#credentials,
      sha256: Sha256,
      // The path stands as it is sent: in S3 it is escaped once and not twice.
      uriEscapePath: false,
      applyChecksum: true,
    });
    const signed = await signer.sign(
      {
        method: 'PUT',
        protocol,
        hostname,
        ...(port && { port: Number(port) }),
        path,
        query: {},
        headers: { ...headers, host },
        body: bytes,
      },
      { signingDate: new Date(now.getTime() + this.#aheadMs) },
    );
    return send(url, { method: 'PUT', headers: signed.headers, body: bytes }, ANSWER_MS);
  }

  /** For the next try: by the clock of S3 where ours is wrong, and with credentials that are looked up anew. */
  #mend({ headers }: Answer, now: Date): void {
    const skew = Date.parse(headers.date ?? '') - now.getTime();
    if (Math.abs(skew) > SKEW_MS) this.#aheadMs = skew;
    this.#credentials = providerFor(this.#bucket.region);
  }
}

/** Files are read anew: whoever rotates short-lived keys writes them there. */
function providerFor(region: string) {
  return defaultProvider({ ignoreCache: true, parentClientConfig: { region } });
}
