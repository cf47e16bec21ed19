import type { Origin } from '../landing/origin.ts';
import { FolderOrigin } from './folder-origin.ts';
import { isS3Address, parseS3Address } from './s3-address.ts';
import { S3Origin } from './s3-origin.ts';
import type { SizeLimits } from './size-limits.ts';

/** Opens a source's files at an address: a folder or file, relative to `base`, or `s3://bucket/prefix`. Touches nothing yet. */
export function openOrigin(address: string, where: { readonly base: string; readonly limits?: SizeLimits }): Origin {
  if (isS3Address(address)) return new S3Origin(parseS3Address(address), where);
  return new FolderOrigin(address, where);
}
