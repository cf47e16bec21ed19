import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** What the stand-in answers, by key: see nvml-stand-in.c. */
export type Script = Readonly<Record<string, string | number | bigint>>;

const SOURCE = join(__dirname, 'nvml-stand-in.c');
const TRIPLET = process.arch === 'arm64' ? 'aarch64-linux-gnu' : 'x86_64-linux-gnu';
const LIBRARY = `usr/lib/${TRIPLET}/libnvidia-ml.so.1`;

/** `describe` where there is a C compiler; else a skipped block whose title says what is missing. */
export function describeCompiled(title: string, cases: () => void): void {
  if (spawnSync('gcc', ['--version']).status === 0) describe(title, cases);
  else describe.skip(`${title} (skipped: gcc is not there)`, cases);
}

/** A made-up host whose driver's library is the stand-in. */
export interface GpuHost {
  readonly root: string;
  /** What the driver answers from now on. */
  answer(script: Script): void;
}

/** Libraries that were compiled already, by their flags: the others are copies, each with a script of its own. */
const compiled = new Map<string, string>();

/** A host below `root` with the stand-in; `flags` as the compiler takes them. */
export function gpuHost(root: string, script: Script, ...flags: readonly string[]): GpuHost {
  const library = join(root, LIBRARY);
  mkdirSync(dirname(library), { recursive: true });
  const made = compiled.get(flags.join(' '));
  if (made) copyFileSync(made, library);
  else execFileSync('gcc', ['-shared', '-fPIC', '-O1', ...flags, '-o', library, SOURCE, '-ldl']);
  compiled.set(flags.join(' '), made ?? library);
  const host: GpuHost = { root, answer: (answers) => writeScript(`${library}.script`, answers) };
  host.answer(script);
  return host;
}

/** At once: the library may be reading it. */
function writeScript(path: string, script: Script): void {
  writeFileSync(
    `${path}.new`,
    Object.entries(script)
      .map(([key, value]) => `${key}=${value}\n`)
      .join(''),
  );
  renameSync(`${path}.new`, path);
}

export const UUID = 'GPU-5f3c1a52-0000-4000-8000-000000000001';

/** One A100 at 60 W, with the energy counter at `energy` mJ. */
export function oneGpu(more: Script = {}): Script {
  return {
    count: 1,
    'gpu0.uuid': UUID,
    'gpu0.name': 'NVIDIA A100-SXM4-80GB',
    'gpu0.energy': 1_000_000,
    'gpu0.power': 60_000,
    'gpu0.field185.0': 60_000,
    'gpu0.field186.0': 61_000,
    'gpu0.limit': 400_000,
    'gpu0.processes': '',
    'gpu0.samples': '',
    ...more,
  };
}
