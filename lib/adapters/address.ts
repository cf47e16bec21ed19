import { resolve } from 'node:path';

import { isS3Address } from './s3-address.ts';

/** An address as written in a settings file: `s3://…` as it stands, a path from the file's own folder. */
export function resolveFrom(base: string, address: string): string {
  return isS3Address(address) ? address : resolve(base, address);
}
