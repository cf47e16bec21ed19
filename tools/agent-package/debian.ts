import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { ar, tarGz } from './archives.ts';
import { below, type PackageFile, type Processor } from './package-file.ts';

interface DebianPackage {
  readonly version: string;
  readonly processor: Processor;
  readonly files: readonly PackageFile[];
  /** Seconds since 1970 that every file bears. */
  readonly seconds: number;
}

/** Bytes of a binary package, deb(5) format 2.0. Written here and not by dpkg-deb, so that any machine can make it. */
export function debianPackage(root: string, { version, processor, files, seconds }: DebianPackage): Buffer {
  const scripts = ['postinst', 'prerm', 'postrm'].map((path) => ({
    path,
    content: readFileSync(join(root, 'agent/packaging/debian', path)),
    isExecutable: true,
  }));
  const control = [
    { path: 'control', content: Buffer.from(controlOf(root, { version, processor, files })) },
    { path: 'conffiles', content: Buffer.from(conffilesOf(files)) },
    { path: 'md5sums', content: Buffer.from(md5sumsOf(files)) },
    ...scripts,
  ];
  const members = [
    ['debian-binary', Buffer.from('2.0\n')],
    // As dpkg-deb writes them: paths begin with a dot.
    ['control.tar.gz', tarGz(below('.', control), seconds)],
    ['data.tar.gz', tarGz(below('.', files), seconds)],
  ] as const;
  return ar(members, seconds);
}

function controlOf(root: string, { version, processor, files }: Omit<DebianPackage, 'seconds'>): string {
  const bytes = files.reduce((sum, { content }) => sum + (Buffer.isBuffer(content) ? content.length : 0), 0);
  return readFileSync(join(root, 'agent/packaging/debian/control'), 'utf8')
    .replace('@VERSION@', version)
    .replace('@ARCHITECTURE@', processor.debian)
    .replace('@KIBIBYTES@', String(Math.ceil(bytes / 1024)));
}

/** Files below /etc belong to the operator: dpkg asks before it replaces a changed one. */
function conffilesOf(files: readonly PackageFile[]): string {
  return files
    .filter(({ path }) => path.startsWith('etc/'))
    .map(({ path }) => `/${path}\n`)
    .join('');
}

/** What `dpkg --verify` compares with; deb-md5sums(5) leaves conffiles and links out. */
function md5sumsOf(files: readonly PackageFile[]): string {
  return files
    .filter(({ path, content }) => Buffer.isBuffer(content) && !path.startsWith('etc/'))
    .map(
      ({ path, content }) =>
        `${createHash('md5')
          .update(content as Buffer)
          .digest('hex')}  ${path}\n`,
    )
    .join('');
}
