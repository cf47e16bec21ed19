import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(__dirname, '../..');
const CFN_LINT = join(ROOT, '.venv/bin/cfn-lint');
/** Functions that look at no tables. */
const WITHOUT_WAREHOUSE = ['begin'];
const LARGEST_FUNCTION_BYTES = 250 * 1024 ** 2;

interface Template {
  readonly Resources: Record<
    string,
    { readonly Type: string; readonly Metadata: Asset; readonly Properties: FunctionProperties }
  >;
}
interface Asset {
  readonly 'aws:asset:path': string;
}
interface FunctionProperties {
  readonly Architectures: ['arm64' | 'x86_64'];
  readonly Environment: { readonly Variables: { readonly POWERTOOLS_SERVICE_NAME: string } };
}

describe('cdk synth', () => {
  const out = mkdtempSync(join(tmpdir(), 'joulebook-synth-'));
  let said = '';
  let template: Template;

  beforeAll(() => {
    const cdk = join(ROOT, 'node_modules/aws-cdk/bin/cdk');
    const run = spawnSync(process.execPath, [cdk, 'synth', '--quiet', '--output', out], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    said = run.stdout + run.stderr;
    if (run.status !== 0) throw new Error(`Cannot synthesise: ${said.slice(-4000)}`);
    template = JSON.parse(readFileSync(join(out, 'Joulebook.template.json'), 'utf8'));
  });
  afterAll(() => rmSync(out, { recursive: true, force: true }));

  const functions = () => Object.values(template.Resources).filter(({ Type }) => Type === 'AWS::Lambda::Function');

  test('bundles every function with the machine code of its own processor, small enough for Lambda', () => {
    for (const { Metadata, Properties } of functions()) {
      const asset = join(out, Metadata['aws:asset:path']);
      const processor = Properties.Architectures[0] === 'arm64' ? 'arm64' : 'x64';
      expect(existsSync(join(asset, 'index.mjs'))).toBe(true);
      const opensWarehouse = !WITHOUT_WAREHOUSE.includes(Properties.Environment.Variables.POWERTOOLS_SERVICE_NAME);
      const binding = join(asset, `node_modules/@duckdb/node-bindings-linux-${processor}`);
      expect([asset, existsSync(binding)]).toEqual([asset, opensWarehouse]);
      const bytes = Number(execFileSync('du', ['-sb', asset], { encoding: 'utf8' }).split('\t')[0]);
      expect(bytes).toBeLessThan(LARGEST_FUNCTION_BYTES);
    }
    expect(functions()).toHaveLength(readdirSync(join(ROOT, 'lambdas')).length);
  });

  test('makes bundles that Node.js can load where the processor is its own', () => {
    const here = process.arch === 'arm64' ? 'arm64' : 'x86_64';
    const own = functions().filter(({ Properties }) => Properties.Architectures[0] === here);
    for (const { Metadata } of own) {
      const bundle = join(out, Metadata['aws:asset:path'], 'index.mjs');
      const script = `console.log(typeof (await import(${JSON.stringify(bundle)})).handler)`;
      expect(execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' }).trim()).toBe(
        'function',
      );
    }
  });

  test('has nothing to warn of', () => {
    expect(said).not.toMatch(/^(WARNING|ERROR)/m);
  });

  (existsSync(CFN_LINT) ? test : test.skip)('passes cfn-lint', () => {
    // W3005: the CDK states dependencies that CloudFormation would find itself.
    const { stdout, status } = spawnSync(
      CFN_LINT,
      ['--ignore-checks', 'W3005', '--', join(out, 'Joulebook.template.json')],
      { encoding: 'utf8' },
    );
    expect(stdout).toBe('');
    expect(status).toBe(0);
  });
});
