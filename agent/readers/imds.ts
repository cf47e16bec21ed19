import { readAnswer } from './small-answer.ts';

/** What an EC2 instance says of itself. */
export interface InstanceIdentity {
  readonly instanceId: string;
  readonly instanceType: string | undefined;
  readonly availabilityZone: string | undefined;
}

/** The address of the metadata, the same in every VPC (EC2 User Guide, "Access instance metadata"). */
export const IMDS = 'http://169.254.169.254';
/** In a container one hop too far, and everywhere else, nothing answers at all. */
const TIMEOUT_MS = 1000;
const MOST_BYTES = 64 * 1024;
const EC2_INSTANCE = /^i-[0-9a-f]{8,17}$/;

/** The identity document by version 2 of the service, which wants a token first; `undefined` where there is no such service. */
export async function maybeInstanceIdentity(endpoint: string): Promise<InstanceIdentity | undefined> {
  try {
    const token = await readAnswer({
      ...CAPS,
      url: new URL('/latest/api/token', endpoint),
      method: 'PUT',
      headers: { 'x-aws-ec2-metadata-token-ttl-seconds': '60' },
    });
    const text = await readAnswer({
      ...CAPS,
      url: new URL('/latest/dynamic/instance-identity/document', endpoint),
      headers: { 'x-aws-ec2-metadata-token': token.trim() },
    });
    return parseIdentity(JSON.parse(text));
  } catch {
    return undefined;
  }
}

const CAPS = { timeoutMs: TIMEOUT_MS, mostBytes: MOST_BYTES } as const;

function parseIdentity(document: unknown): InstanceIdentity | undefined {
  if (typeof document !== 'object' || document === null) return undefined;
  const { instanceId, instanceType, availabilityZone } = document as Readonly<Record<string, unknown>>;
  if (typeof instanceId !== 'string' || !EC2_INSTANCE.test(instanceId)) return undefined;
  return { instanceId, instanceType: maybeWord(instanceType), availabilityZone: maybeWord(availabilityZone) };
}

function maybeWord(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
