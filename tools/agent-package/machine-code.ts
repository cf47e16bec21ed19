import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import builds from './node-builds.json' with { type: 'json' };
import type { PackageFile, Processor } from './package-file.ts';

/** The parts of a package that are made for one processor. */
export interface MachineCode {
  readonly files: readonly PackageFile[];
  /** The licence of Node.js, which names those of its own parts too. */
  readonly nodeLicence: string;
}

/**
 * Node.js and koffi for a processor: what `npm ci` installed where it is this machine's own, else fetched from the registry
 * once. Throws where it is not to be had, or is not the build that this project has seen.
 */
export function readMachineCode(root: string, { npm }: Processor): MachineCode {
  const node = findPackage(
    root,
    `node-linux-${npm}`,
    join(root, 'node_modules/node/node_modules'),
    versionOf(root, 'node'),
  );
  const executable = readFileSync(join(node, 'bin/node'));
  assertSeen(executable, npm, versionOf(root, 'node'));
  const koffi = join(root, 'node_modules/koffi');
  const native = `@koromix/koffi-linux-${npm}`;
  const nativeFolder = findPackage(root, native, join(root, 'node_modules'), versionOf(root, 'koffi'));
  return {
    files: [
      { path: 'node', content: executable, isExecutable: true },
      ...KOFFI.map((path) => ({ path: `node_modules/koffi/${path}`, content: readFileSync(join(koffi, path)) })),
      ...['package.json', 'index.js', `linux_${npm}/koffi.node`].map((path) => ({
        path: `node_modules/${native}/${path}`,
        content: readFileSync(join(nativeFolder, path)),
      })),
    ],
    nodeLicence: readFileSync(join(node, 'LICENSE'), 'utf8'),
  };
}

/** What koffi needs at run time; the rest is its source and its documentation. */
const KOFFI = [
  'package.json',
  'LICENSE.txt',
  'index.js',
  'index.cjs',
  'src/koffi/index.js',
  'src/koffi/index.cjs',
  'src/koffi/src/static.js',
  'src/koffi/src/static.cjs',
];

function versionOf(root: string, name: string): string {
  return JSON.parse(readFileSync(join(root, 'node_modules', name, 'package.json'), 'utf8')).version;
}

/** The folder of a package: below `home` where npm put it there, else unpacked into a cache. */
function findPackage(root: string, name: string, home: string, version: string): string {
  const installed = join(home, name);
  if (existsSync(join(installed, 'package.json'))) return installed;
  const cached = join(root, 'node_modules/.cache/joulebook-agent', `${name.replace('/', '-')}-${version}`);
  if (!existsSync(join(cached, 'package/package.json'))) fetchPackage(root, `${name}@${version}`, cached);
  return join(cached, 'package');
}

/** npm checks the bytes against the registry's digest; where the lock file knows the package, against that too. */
function fetchPackage(root: string, spec: string, folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  try {
    const [packed] = JSON.parse(
      execFileSync('npm', ['pack', '--json', '--pack-destination', folder, spec], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      }),
    );
    assertLocked(root, packed);
    execFileSync('tar', ['-xzf', join(folder, packed.filename), '-C', folder]);
    rmSync(join(folder, packed.filename));
  } catch (cause) {
    rmSync(folder, { recursive: true, force: true });
    throw new MachineCodeMissing(`Cannot fetch ${spec}: expected it from the npm registry, got ${messageOf(cause)}`);
  }
}

/** The other processor's parts are out of reach: the package for this one can be made all the same. */
export class MachineCodeMissing extends Error {
  override readonly name = 'MachineCodeMissing';
}

function assertLocked(root: string, packed: { name: string; integrity: string }): void {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const expected: string | undefined = lock.packages[`node_modules/${packed.name}`]?.integrity;
  if (!expected || expected === packed.integrity) return;
  throw new Error(`expected ${expected} as in package-lock.json, got ${packed.integrity}`);
}

/** The lock file does not hold Node's own binaries, so their digests stand in node-builds.json. */
function assertSeen(executable: Buffer, processor: string, version: string): void {
  const digest = createHash('sha256').update(executable).digest('hex');
  const seen: Readonly<Record<string, string>> = builds;
  const expected = seen[`${version}-linux-${processor}`];
  if (expected === digest) return;
  throw new Error(
    `Cannot trust Node.js ${version} for ${processor}: expected ${expected ?? 'a digest in node-builds.json'}, got ${digest}`,
  );
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : String(cause);
}
