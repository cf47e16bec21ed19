import { Sha256 } from '@aws-crypto/sha256-js';
import { SESv2Client } from '@aws-sdk/client-sesv2';
import { SignatureV4 } from '@smithy/signature-v4';

import { messageOf } from '../landing/message.ts';
import { tracedCall } from './traces.ts';

interface TopicOptions {
  /** Stands in for the region's own endpoint, as AWS_ENDPOINT_URL does for the SDK. */
  readonly endpoint?: string;
}

/** SNS API Reference, Publish: a subject has at most 100 ASCII characters and no line end, a message 256 KiB (262 144 bytes). */
const LONGEST_SUBJECT = 100;
const LONGEST_MESSAGE_BYTES = 250_000;
/** Ends of SNS host names by partitions, where they are others than `amazonaws.com` (AWS SDK, partitions.json). */
const DOMAINS: Readonly<Record<string, string>> = { 'aws-cn': 'amazonaws.com.cn', 'aws-eusc': 'amazonaws.eu' };
/** The version of the SNS Query API. */
const VERSION = '2010-03-31';
const PATIENCE_MS = 10_000;

/** Publishes texts to an SNS topic: the Query API, signed with the credentials of the process. Throws where SNS did not take it. */
export function openTopic(
  arn: string,
  { endpoint }: TopicOptions = {},
): (subject: string, text: string) => Promise<void> {
  const { region, host } = topicPlace(arn);
  const url = new URL(endpoint ?? `https://${host}`);
  // Any client of the SDK finds the credentials of the process; this one is at hand.
  const { credentials } = new SESv2Client({ region }).config;
  const signature = new SignatureV4({ service: 'sns', region, sha256: Sha256, credentials });
  return async (subject, text) => {
    const body = new URLSearchParams({
      Action: 'Publish',
      Version: VERSION,
      TopicArn: arn,
      Subject: subjectText(subject),
      Message: Buffer.from(text).subarray(0, LONGEST_MESSAGE_BYTES).toString(),
    }).toString();
    const { protocol, hostname, port, host } = url;
    const signed = await signature.sign({
      method: 'POST',
      protocol,
      hostname,
      ...(port && { port: Number(port) }),
      path: '/',
      query: {},
      headers: { host, 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
      body,
    });
    await post(url, signed.headers, body);
  };
}

async function post(url: URL, { host: _, ...headers }: Record<string, string>, body: string): Promise<void> {
  const cannot = (found: string) => new Error(`Cannot tell of an alarm: expected SNS to take it, got ${found}`);
  const signal = AbortSignal.timeout(PATIENCE_MS);
  const answer = await tracedCall({ host: url.host, method: 'POST' }, () =>
    fetch(new URL('/', url), { method: 'POST', headers, body, signal }),
  ).catch((error: unknown) => {
    throw cannot(messageOf(error));
  });
  const said = await answer.text();
  if (!answer.ok) throw cannot(`status ${answer.status}: ${/<Code>([\w.]+)<\/Code>/.exec(said)?.[1] ?? 'no code'}`);
}

/** Where a topic is told something. Throws a `RangeError` for what is no topic's ARN. */
export function topicPlace(arn: string): { readonly region: string; readonly host: string } {
  const [, partition = '', service, region] = arn.split(':');
  if (service === 'sns' && region) return { region, host: `sns.${region}.${DOMAINS[partition] ?? 'amazonaws.com'}` };
  throw new RangeError(`Cannot open a topic: expected arn:<partition>:sns:<region>:…, got ${arn}`);
}

function subjectText(subject: string): string {
  return subject
    .replaceAll(/[^\x20-\x7e]/g, '?')
    .trim()
    .slice(0, LONGEST_SUBJECT);
}
