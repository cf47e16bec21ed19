import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { NATIVE } from './bundle.ts';

/** Name, version, licence and licence text of every package that went into the bundle, and of Node.js beside it. */
export function noticesOf(root: string, inputs: readonly string[]): string {
  const folders = new Set([...inputs.map(packageFolderOf), `node_modules/${NATIVE}`]);
  const parts = [...folders].sort().map((folder) => noticeOf(join(root, folder)));
  return ['Third-party software in this package. Node.js: see LICENSE-node.txt.', ...parts].join(
    `\n\n${'-'.repeat(80)}\n\n`,
  );
}

/** `node_modules/a/node_modules/@b/c/x.js` belongs to `node_modules/a/node_modules/@b/c`. */
function packageFolderOf(path: string): string {
  return /^.*node_modules\/(@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? path;
}

function noticeOf(folder: string): string {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const texts = readdirSync(folder)
    .filter((file) => /^(licen[cs]e|notice|copying)/i.test(file))
    .sort()
    .map((file) => readFileSync(join(folder, file), 'utf8').trim());
  const text = texts.length > 0 ? texts.join('\n\n') : 'The package carries no licence text.';
  return `${name} ${version} (${license ?? 'licence not stated'})\n\n${text}`;
}
