import { gzipSync } from 'node:zlib';

import { type PackageFile, withFolders } from './package-file.ts';

/** Bytes of a gzipped tar archive that depend on the files and the time alone: sorted, owned by root, one time for all. */
export function tarGz(files: readonly PackageFile[], seconds: number): Buffer {
  return gzipSync(tar(files, seconds), { level: 6 });
}

/** POSIX ustar: IEEE Std 1003.1, pax, «ustar Interchange Format». */
function tar(files: readonly PackageFile[], seconds: number): Buffer {
  const members = withFolders(files).flatMap((file) => {
    const content = 'content' in file && Buffer.isBuffer(file.content) ? file.content : Buffer.alloc(0);
    return [tarHeader(file, content.length, seconds), padded(content, 512, 0)];
  });
  return Buffer.concat([...members, Buffer.alloc(1024)]);
}

function tarHeader(file: PackageFile | { readonly path: string }, bytes: number, seconds: number): Buffer {
  const kind = kindOf(file);
  const header = Buffer.alloc(512);
  const [prefix, name] = splitPath(`${file.path}${kind.suffix}`);
  header.write(name, 0);
  const numbers: [number, number, number][] = [
    [kind.mode, 100, 7],
    [0, 108, 7],
    [0, 116, 7],
    [bytes, 124, 11],
    [seconds, 136, 11],
  ];
  for (const [value, at, digits] of numbers) header.write(value.toString(8).padStart(digits, '0'), at);
  header.write(`        ${kind.flag}`, 148);
  header.write(kind.linkTo, 157);
  header.write('ustar\u000000', 257);
  header.write('root', 265);
  header.write('root', 297);
  header.write(prefix, 345);
  // The checksum is that of the header with blanks in its own place.
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return header;
}

function kindOf(file: PackageFile | { readonly path: string }) {
  if (!('content' in file)) return { flag: '5', mode: 0o755, suffix: '/', linkTo: '' };
  if (!Buffer.isBuffer(file.content)) return { flag: '2', mode: 0o777, suffix: '', linkTo: file.content.linkTo };
  return { flag: '0', mode: file.isExecutable ? 0o755 : 0o644, suffix: '', linkTo: '' };
}

/** A name holds 100 bytes; what is before it goes into the prefix, cut at a slash. */
function splitPath(path: string): [prefix: string, name: string] {
  if (Buffer.byteLength(path) <= 100) return ['', path];
  const cut = path.indexOf('/', path.length - 101);
  const [prefix, name] = [path.slice(0, cut), path.slice(cut + 1)];
  if (cut > 0 && prefix.length <= 155 && name.length > 0) return [prefix, name];
  throw new Error(`Cannot write a tar archive: expected a path that ustar can hold, got ${path}`);
}

/** Common ar archive, the outer form of a Debian package: deb(5). */
export function ar(members: readonly (readonly [name: string, content: Buffer])[], seconds: number): Buffer {
  const parts = members.flatMap(([name, content]) => {
    const fields = [
      name.padEnd(16),
      String(seconds).padEnd(12),
      '0     0     100644  ',
      String(content.length).padEnd(10),
    ];
    return [Buffer.from(`${fields.join('')}\`\n`), padded(content, 2, 0x0a)];
  });
  return Buffer.concat([Buffer.from('!<arch>\n'), ...parts]);
}

function padded(content: Buffer, block: number, filler: number): Buffer {
  return Buffer.concat([content, Buffer.alloc((block - (content.length % block)) % block, filler)]);
}
