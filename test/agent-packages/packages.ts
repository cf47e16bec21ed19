import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

import { parseRecord, type TelemetryRecord } from '../../lib/landing/record.ts';

export const PROJECT = join(__dirname, '../..');
export const DIST = join(PROJECT, 'dist/agent');
export const VERSION: string = JSON.parse(readFileSync(join(PROJECT, 'package.json'), 'utf8')).version;
/** The processor of this machine, as packages are named. */
export const HERE = process.arch === 'arm64' ? 'arm64' : 'x86_64';
const DEBIAN = { x86_64: 'amd64', arm64: 'arm64' } as const;

export const tarballOf = (processor: string) => join(DIST, `joulebook-agent-${VERSION}-linux-${processor}.tar.gz`);
export const debOf = (processor: 'x86_64' | 'arm64') =>
  join(DIST, `joulebook-agent_${VERSION}_${DEBIAN[processor]}.deb`);

/** `test` where the program can be run here; else `test.skip`, with the reason on the standard error. */
export function testWith(program: string, isUsable = true): jest.It {
  const isThere = spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;
  if (isThere && isUsable) return test;
  process.stderr.write(`Skipped: ${program} ${isThere ? 'cannot do here what the test asks' : 'is not there'}\n`);
  return test.skip;
}

/** Unpacks a tarball below a folder and gives the folder that is in it. */
export function unpack(tarball: string, into: string): string {
  mkdirSync(into, { recursive: true });
  execFileSync('tar', ['-xzf', tarball, '-C', into]);
  const [folder = ''] = readdirSync(into);
  return join(into, folder);
}

/** Runs a packaged agent for one interval, on a host that has no Node.js of its own. */
export function runOnce(program: string, root: string, more: readonly string[] = []): TelemetryRecord[] {
  const args = ['--root', root, '--once', '--interval', '1s', ...more];
  const said = execFileSync(program, args, { encoding: 'utf8', env: { PATH: '/usr/bin:/bin' } });
  return said
    .split('\n')
    .filter(Boolean)
    .map((line) => parseRecord(JSON.parse(line)));
}

/** Every file below a folder, by its path there: permissions, and the digest or the link's target. */
export function filesIn(folder: string): Readonly<Record<string, string>> {
  const entries = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  const seen = entries.map((path) => [path, describeFile(join(folder, path))] as const);
  return Object.fromEntries(seen.filter(([, what]) => what !== 'folder'));
}

function describeFile(path: string): string {
  const stat = lstatSync(path);
  if (stat.isDirectory()) return 'folder';
  if (stat.isSymbolicLink()) return `to ${readlinkSync(path)}`;
  return `${(stat.mode & 0o7777).toString(8)} ${createHash('sha256').update(readFileSync(path)).digest('hex')}`;
}

/** Machine that an ELF file is for: 62 is x86-64, 183 is AArch64 (ELF-64 object file format, e_machine at byte 18). */
export function machineOf(path: string): number {
  return readFileSync(path).readUInt16LE(18);
}

export function assertBuilt(): void {
  if (!existsSync(tarballOf(HERE)))
    throw new Error('Cannot test the packages: expected dist/agent, run node tools/build-agent.ts');
}
