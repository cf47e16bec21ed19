import type { PutObjectCommandInput } from '@aws-sdk/client-s3';

/** How long what is written may not be removed (Amazon S3 user guide, «Locking objects with Object Lock»). */
export interface Retention {
  /** `governance` can be lifted by who has the right to; `compliance` by nobody, also not by the account's root. */
  readonly mode: 'governance' | 'compliance';
  readonly years: number;
}

/** Where evidence and what was published lie; all else can be made again. */
const KEPT = ['landing/', 'disclosures/'];
const MODES = { governance: 'GOVERNANCE', compliance: 'COMPLIANCE' } as const;

/** Reads `governance/10` or `compliance/10`: a mode and years; `none` for no retention. Throws for anything else. */
export function parseRetention(text: string): Retention | undefined {
  if (text === 'none') return undefined;
  const [, mode, years] = /^(governance|compliance)\/([1-9]\d{0,2})$/.exec(text) ?? [];
  if (mode !== 'governance' && mode !== 'compliance')
    throw new Error(`Cannot read a retention: expected none or a mode and years such as governance/10, got ${text}`);
  return { mode, years: Number(years) };
}

/** What a write of a key says of its retention; nothing for keys that are not kept. */
export function lockOf(
  key: string,
  retention: Retention | undefined,
  now = new Date(),
): Pick<PutObjectCommandInput, 'ObjectLockMode' | 'ObjectLockRetainUntilDate'> {
  if (!retention || !KEPT.some((folder) => key.startsWith(folder))) return {};
  const until = new Date(now);
  until.setUTCFullYear(now.getUTCFullYear() + retention.years);
  return { ObjectLockMode: MODES[retention.mode], ObjectLockRetainUntilDate: until };
}
