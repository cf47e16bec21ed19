/** Lets a made-up host live: writes its counters once a second, until it is ended. `node move-host.ts ROOT [GPU-SCRIPT]` */
import { renameSync, writeFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';

import { gpuScript } from './made-up-gpus.ts';
import { openHost } from './made-up-host.ts';

const LONGEST_SECONDS = 3600;

const [root = '', script] = process.argv.slice(2);
const moveTo = openHost(root);
for (let second = 1; second < LONGEST_SECONDS; second += 1) {
  await setTimeout(1000 - (Date.now() % 1000));
  moveTo(second);
  if (script !== undefined) replace(script, gpuScript(second));
}

/** At once: the library may be reading it. */
function replace(path: string, text: string): void {
  writeFileSync(`${path}.new`, text);
  renameSync(`${path}.new`, path);
}
