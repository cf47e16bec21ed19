import { Sha256 } from '@aws-crypto/sha256-js';
import { S3Client } from '@aws-sdk/client-s3';
import { SignatureV4 } from '@smithy/signature-v4';
import { messageOf } from '../../landing/message.ts';
import { SourceUnavailable } from '../../landing/origin.ts';
import type { HttpAuth, HttpCall } from '../../sources/live.ts';
import type { Signer, SignerEdges } from './signer.ts';

/** AWS refuses a signature that is five minutes old (AWS IAM, "Elements of an AWS API request signature"). */
const SKEW_MS = 4 * 60_000;

/**
 * Signs by AWS Signature Version 4 with the credentials of the process. After a refusal it takes the time from the answer
 * where this machine's clock is wrong, and fresh credentials otherwise.
 */
export function openAwsSigner({ service, region }: HttpAuth & { kind: 'sigv4' }, edges: SignerEdges): Signer {
  const { credentials } = new S3Client({ region }).config;
  let forceRefresh = false;
  let aheadMs = 0;
  const signature = new SignatureV4({
    service,
    region,
    sha256: Sha256,
    credentials: () => credentials({ forceRefresh }),
  });
  return {
    credential: 'the AWS credentials of this process',
    sign: (call) => sign(call, signature, new Date(edges.now() + aheadMs)),
    renew: async ({ headers }) => {
      const skew = Date.parse(headers.get('date') ?? '') - edges.now();
      if (Math.abs(skew) > SKEW_MS) aheadMs = skew;
      else forceRefresh = true;
      return true;
    },
  };
}

async function sign(call: HttpCall, signature: SignatureV4, signingDate: Date): Promise<HttpCall> {
  const { protocol, hostname, port, pathname, searchParams, host } = new URL(call.url);
  const request = {
    method: call.method,
    protocol,
    hostname,
    ...(port && { port: Number(port) }),
    path: pathname,
    query: Object.fromEntries(searchParams),
    headers: { ...call.headers, host },
    ...(call.body && { body: call.body }),
  };
  try {
    const { host: _, ...headers } = (await signature.sign(request, { signingDate })).headers;
    return { ...call, headers };
  } catch (error) {
    throw new SourceUnavailable(`Cannot sign for ${hostname}: expected AWS credentials, got ${messageOf(error)}`);
  }
}
