import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { DOCUMENTS } from './docs/documents.ts';

const ROOT = join(import.meta.dirname, '..');

/** `npm run docs` writes every generated document; with `--check` nothing is written and each that drifted is named (exit 1). */
const isCheck = process.argv.includes('--check');
const drifted = Object.keys(DOCUMENTS).filter((path) => textAt(path) !== DOCUMENTS[path]);
for (const path of drifted) {
  if (!isCheck) writeFileSync(join(ROOT, path), DOCUMENTS[path] ?? '');
  process.stdout.write(
    isCheck ? `${path} differs from the code it describes: run npm run docs\n` : `${path} written\n`,
  );
}
process.exitCode = isCheck && drifted.length > 0 ? 1 : 0;

function textAt(path: string): string | undefined {
  const whole = join(ROOT, path);
  return existsSync(whole) ? readFileSync(whole, 'utf8') : undefined;
}
