import { rm } from 'node:fs/promises';
import { join } from 'node:path';

import { writeInputs } from './generate/write-inputs.ts';

/** `npm run example:inputs`: makes example/inputs anew. What it writes is the same on every run. */
const folder = join(import.meta.dirname, 'inputs');
await rm(folder, { recursive: true, force: true });
await writeInputs(folder);
