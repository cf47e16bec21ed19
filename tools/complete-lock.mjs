/**
 * Completes package-lock.json with the optional platform packages that the registry at hand does not carry.
 *
 * `npm ci` refuses a lock file that lacks an optional dependency, even one for another platform that would never be
 * installed. Each missing one is written as npm writes it where the registry has it, without an integrity that nobody
 * here has seen. Run it after every `npm install`: node tools/complete-lock.mjs
 */
import { readFileSync, writeFileSync } from 'node:fs';

const FILE = 'package-lock.json';
const EXACT = /^\d+\.\d+\.\d+(-[\w.]+)?$/;
const OS = ['android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'win32', 'sunos', 'aix', 'openharmony'];
const CPU = ['arm64', 'x64', 'arm', 'ia32', 'riscv64', 'ppc64', 's390x', 'loong64', 'mips64el', 'wasm32'];

const lock = JSON.parse(readFileSync(FILE, 'utf8'));
const missing = Object.values(lock.packages).flatMap((entry) =>
  Object.entries(entry.optionalDependencies ?? {}).filter(([name]) => !lock.packages[`node_modules/${name}`]),
);
for (const [name, version] of missing) {
  if (EXACT.test(version)) lock.packages[`node_modules/${name}`] = stub(name, version);
}
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([one], [other]) => (one < other ? -1 : 1)));
writeFileSync(FILE, `${JSON.stringify(lock, null, 2)}\n`);

function stub(name, version) {
  const words = name.split(/[/-]/);
  const os = OS.filter((each) => words.includes(each));
  const cpu = CPU.filter((each) => words.some((word) => word === each || (each === 'arm' && word.startsWith('arm') && word !== 'arm64')));
  const libc = words.includes('musl') ? ['musl'] : words.includes('gnu') ? ['glibc'] : [];
  return { version, ...(cpu.length > 0 && { cpu }), ...(libc.length > 0 && { libc }), optional: true, ...(os.length > 0 && { os }) };
}
