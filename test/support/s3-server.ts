import { globSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

import type { Asked, Said } from './answering-server.ts';

/** A folder as S3 tells of it: `<root>/<bucket>/<key>` (Amazon S3 API Reference, ListObjectsV2 and GetObject, by path). */
export function s3Answer({ method, path }: Asked, root: string): Said {
  const { pathname, searchParams } = new URL(path, 'http://localhost');
  const [bucket = '', ...key] = decodeURIComponent(pathname).slice(1).split('/');
  if (method !== 'GET') return failed(405, 'MethodNotAllowed');
  if (key.join('') === '') return { status: 200, body: listOf(join(root, bucket), searchParams.get('prefix') ?? '') };
  const file = join(root, bucket, ...key);
  return statSync(file, { throwIfNoEntry: false })?.isFile()
    ? { status: 200, body: readFileSync(file), headers: { 'content-length': String(statSync(file).size) } }
    : failed(404, 'NoSuchKey');
}

function listOf(folder: string, prefix: string): string {
  const keys = globSync('**/*', { cwd: folder }).filter((key) => statSync(join(folder, key)).isFile());
  const contents = keys
    .filter((key) => key.startsWith(prefix))
    .map((key) => `<Contents><Key>${key}</Key><Size>${statSync(join(folder, key)).size}</Size></Contents>`);
  return `<ListBucketResult><IsTruncated>false</IsTruncated>${contents.join('')}</ListBucketResult>`;
}

function failed(status: number, code: string): Said {
  return { status, body: `<Error><Code>${code}</Code><Message>${code}</Message></Error>` };
}
