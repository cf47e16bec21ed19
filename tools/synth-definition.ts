import { writeFileSync } from 'node:fs';

import { definitionOf } from '../lib/stack/definition.ts';
import { sketchOfApp } from '../lib/stack/joulebook-app.ts';

/** Writes the definition that the laptop runs; `test/stack.test.ts` fails where the committed file says something else. */
writeFileSync('lib/pipeline/definition.asl.json', definitionOf(sketchOfApp()));
