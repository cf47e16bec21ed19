/**
 * `npm run build:agent [-- --arch x86_64] [--out DIR]`: the host agent as a tarball with its own Node.js and as a Debian
 * package, for each processor, with SHA256SUMS. The same sources give the same bytes: every file bears SOURCE_DATE_EPOCH, or 0.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

import { tarGz } from './agent-package/archives.ts';
import { type Bundle, bundleAgent } from './agent-package/bundle.ts';
import { hostFiles, installedFiles, programFiles, tarballFiles } from './agent-package/contents.ts';
import { debianPackage } from './agent-package/debian.ts';
import { MachineCodeMissing, readMachineCode } from './agent-package/machine-code.ts';
import { below, PROCESSORS, type Processor } from './agent-package/package-file.ts';

const ROOT = join(import.meta.dirname, '..');
const VERSION: string = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).version;
// biome-ignore lint/style/noProcessEnv: SOURCE_DATE_EPOCH is how reproducible builds are told the time
const SECONDS = Number(process.env['SOURCE_DATE_EPOCH'] ?? 0);

process.exitCode = await main();

/** Exit codes: 0 every package asked for is there, 2 cannot. A processor whose parts are out of reach is left out where none was asked for. */
async function main(): Promise<0 | 2> {
  const { values } = parseArgs({
    options: { arch: { type: 'string' }, out: { type: 'string', default: 'dist/agent' } },
  });
  const out = resolve(values.out);
  mkdirSync(out, { recursive: true });
  try {
    const bundle = await bundleAgent(ROOT);
    const made = chosen(values.arch).flatMap((one) => maybePackages(one, bundle, values.arch === undefined));
    for (const { name, bytes } of made) writeFileSync(join(out, name), bytes);
    writeFileSync(join(out, 'SHA256SUMS'), sumsOf(made));
    process.stdout.write(sumsOf(made));
    return made.length > 0 ? 0 : 2;
  } catch (error) {
    if (!(error instanceof Error && error.message.startsWith('Cannot '))) throw error;
    process.stderr.write(`${error.message}\n`);
    return 2;
  }
}

interface Package {
  readonly name: string;
  readonly bytes: Buffer;
}

function chosen(name: string | undefined): readonly Processor[] {
  const processors = PROCESSORS.filter((one) => name === undefined || one.name === name);
  if (processors.length > 0) return processors;
  throw new Error(`Cannot build for ${name}: expected ${PROCESSORS.map((one) => one.name).join(' or ')}`);
}

function maybePackages(processor: Processor, bundle: Bundle, mayBeLeftOut: boolean): Package[] {
  try {
    return packagesFor(processor, bundle);
  } catch (error) {
    if (!mayBeLeftOut || !(error instanceof MachineCodeMissing)) throw error;
    process.stderr.write(`No package for ${processor.name}. ${error.message}\n`);
    return [];
  }
}

function packagesFor(processor: Processor, bundle: Bundle): Package[] {
  const program = programFiles(ROOT, bundle, readMachineCode(ROOT, processor));
  const host = hostFiles(ROOT);
  const folder = `joulebook-agent-${VERSION}-linux-${processor.name}`;
  const files = installedFiles(program, host);
  return [
    { name: `${folder}.tar.gz`, bytes: tarGz(below(folder, tarballFiles(ROOT, program, host)), SECONDS) },
    {
      name: `joulebook-agent_${VERSION}_${processor.debian}.deb`,
      bytes: debianPackage(ROOT, { version: VERSION, processor, files, seconds: SECONDS }),
    },
  ];
}

/** As `sha256sum --check` reads it. */
function sumsOf(packages: readonly Package[]): string {
  return packages.map(({ name, bytes }) => `${createHash('sha256').update(bytes).digest('hex')}  ${name}\n`).join('');
}
