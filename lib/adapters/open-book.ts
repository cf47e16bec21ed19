import type { Book } from '../landing/book.ts';
import { LocalBook } from './local-book.ts';
import type { Retention } from './object-retention.ts';
import { isS3Address, parseS3Address } from './s3-address.ts';
import { S3Book } from './s3-book.ts';

/**
 * Opens the book at an address: a folder (relative to the working folder) or `s3://bucket/prefix`. A retention is for S3
 * alone. Touches nothing yet.
 */
export function openBook(address: string, retention?: Retention): Book {
  return isS3Address(address) ? new S3Book(parseS3Address(address), undefined, retention) : new LocalBook(address);
}
