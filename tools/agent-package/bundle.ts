import { readFileSync } from 'node:fs';
import { relative } from 'node:path';

import { build, type Metafile, type Plugin } from 'esbuild';

import type { PackageFile } from './package-file.ts';

export interface Bundle {
  /** `main.mjs` and the parts that it loads when they are needed. */
  readonly files: readonly PackageFile[];
  /** Files of packages that went in, from the project's root: `node_modules/yaml/dist/index.js`. */
  readonly inputs: readonly string[];
}

/** Node finds this package beside the bundle: it holds machine code. */
export const NATIVE = 'koffi';

/** Packages in CommonJS ask for names that an ES module does not have. */
const COMMON_JS_NAMES = [
  "const require=process.getBuiltinModule('node:module').createRequire(import.meta.url),",
  '__filename=import.meta.filename,__dirname=import.meta.dirname;',
].join('');

/**
 * The agent as ES modules for Node.js 24. What it imports by `await import(…)`, such as the clients of sinks, becomes files
 * of their own, which are read only where the settings ask for them.
 */
export async function bundleAgent(root: string, main = 'agent/main.ts'): Promise<Bundle> {
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: { main },
    outdir: 'bundle',
    write: false,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    mainFields: ['module', 'main'],
    minify: true,
    metafile: true,
    legalComments: 'none',
    outExtension: { '.js': '.mjs' },
    chunkNames: 'parts/[name]-[hash]',
    banner: { js: COMMON_JS_NAMES },
    loader: { '.sql': 'text', '.csv': 'text', '.txt': 'text' },
    external: [NATIVE],
    plugins: [zodInParts, nodeInParts],
    logLevel: 'error',
  });
  const files = outputFiles.map(({ path, contents }) => ({
    path: relative(`${root}/bundle`, path),
    content: Buffer.from(contents),
  }));
  assertLean(metafile);
  return { files, inputs: Object.keys(metafile.inputs).filter((path) => path.includes('node_modules/')) };
}

/**
 * `import { z }` takes zod as one object with all its languages, `import * as z` lets the bundler leave out what nobody
 * calls. The two mean the same; the second spares a process 9 MB (measured with Node.js 24.21, zod 4.6.7).
 */
const zodInParts: Plugin = {
  name: 'zod-in-parts',
  setup({ onLoad }) {
    onLoad({ filter: /\/agent\/.*\.ts$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8').replace(/^import \{ z \} from 'zod';$/m, "import * as z from 'zod';"),
      loader: 'ts',
    }));
  },
};

/**
 * `import … from 'node:http'` asks a module of Node.js for each of its names, and some of them load what stands behind: `http.WebSocket`
 * a whole HTTP client, `crypto.webcrypto` all of its algorithms. Here a name is asked for when it is used, and its module is
 * loaded then: 12 MB of resident memory less for `node:http` alone (measured with Node.js 24.21).
 */
const nodeInParts: Plugin = {
  name: 'node-in-parts',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:/ }, ({ path, kind }) =>
      kind === 'import-statement' || kind === 'dynamic-import' ? { path, namespace: 'node-in-parts' } : undefined,
    );
    onLoad({ filter: /.*/, namespace: 'node-in-parts' }, ({ path }) => ({ contents: lateModule(path) }));
  },
};

/**
 * A module of no names of its own: they stand in its prototype, which the bundler hands on where it makes a module of a package of
 * CommonJS. There each is looked up when it is first used, in the module of Node.js, which is loaded then, and kept with whoever
 * asked: from then on it is found as fast as any property.
 */
function lateModule(path: string): string {
  return [
    'const names=new Proxy({},{get(_,name,asking){',
    "if(name==='__esModule'||typeof name==='symbol')return undefined;",
    `const value=process.getBuiltinModule(${JSON.stringify(path)})[name];`,
    'Object.defineProperty(asking,name,{value,configurable:true,enumerable:true,writable:true});',
    'return value;',
    '}});',
    'module.exports=Object.create(names);',
  ].join('');
}

/** Clients that the agent may need and most hosts do not; each costs megabytes of memory on a host that loads it. */
const LAZY = /node_modules\/(@aws-sdk|@smithy|@opentelemetry|@influxdata|koffi)\//;

/** Throws where a client would be loaded at every start. */
function assertLean({ outputs }: Metafile): void {
  const seen = new Set<string>();
  const waiting = ['bundle/main.mjs'];
  for (let path = waiting.pop(); path; path = waiting.pop()) {
    if (seen.has(path)) continue;
    seen.add(path);
    const heavy = Object.keys(outputs[path]?.inputs ?? {}).find((input) => LAZY.test(input));
    if (heavy)
      throw new Error(`Cannot bundle the agent: expected clients behind «await import», got ${heavy} in ${path}`);
    const imports = outputs[path]?.imports ?? [];
    waiting.push(...imports.filter(({ kind }) => kind === 'import-statement').map((each) => each.path));
  }
}
