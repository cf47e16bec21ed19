#!/usr/bin/env -S node --experimental-import-text --no-warnings
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';

/** What Node.js compiles is kept beside the packages, so that the next command starts in half the time; where it cannot be, nothing is lost. */
enableCompileCache(join(import.meta.dirname, '../node_modules/.cache/joulebook'));
await import('./command-line.ts');
