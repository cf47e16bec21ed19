import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Bundle } from './bundle.ts';
import type { MachineCode } from './machine-code.ts';
import { noticesOf } from './notices.ts';
import { below, type PackageFile } from './package-file.ts';

/** Where the program lies on a host, and in a container. */
const PROGRAM = 'usr/lib/joulebook-agent';
const DOCUMENTS = 'usr/share/doc/joulebook-agent';

/** The program itself: Node.js, the bundle, its machine code, the licences. Runs from wherever it lies. */
export function programFiles(root: string, bundle: Bundle, machine: MachineCode): PackageFile[] {
  return [
    ...bundle.files,
    ...machine.files,
    {
      path: 'bin/joulebook-agent',
      content: readFileSync(join(root, 'agent/packaging/joulebook-agent.sh')),
      isExecutable: true,
    },
    { path: 'LICENSE', content: readFileSync(join(root, 'LICENSE')) },
    { path: 'LICENSE-node.txt', content: Buffer.from(machine.nodeLicence) },
    { path: 'THIRD-PARTY-NOTICES.txt', content: Buffer.from(noticesOf(root, bundle.inputs)) },
  ];
}

/** What the host's own services read: unit, permissions, settings, documents; by their paths on the host. */
export function hostFiles(root: string): PackageFile[] {
  return [
    ...filesBelow(join(root, 'agent/packaging/host')),
    { path: 'usr/bin/joulebook-agent', content: { linkTo: '../lib/joulebook-agent/bin/joulebook-agent' } },
    { path: `${DOCUMENTS}/install.md`, content: readFileSync(join(root, 'docs/agent/install.md')) },
    { path: `${DOCUMENTS}/copyright`, content: readFileSync(join(root, 'agent/packaging/debian/copyright')) },
  ];
}

/** All files of an installed agent by their paths on the host. */
export function installedFiles(program: readonly PackageFile[], host: readonly PackageFile[]): PackageFile[] {
  return [...below(PROGRAM, program), ...host];
}

/** A folder that runs where it is unpacked; `install/install.sh` puts it where the Debian package would. */
export function tarballFiles(
  root: string,
  program: readonly PackageFile[],
  host: readonly PackageFile[],
): PackageFile[] {
  const script = readFileSync(join(root, 'agent/packaging/install.sh'));
  return [
    ...program,
    ...below('install/root', host),
    { path: 'install/install.sh', content: script, isExecutable: true },
  ];
}

function filesBelow(folder: string): PackageFile[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => ({ path: path.slice(folder.length + 1), content: readFileSync(path) }));
}
