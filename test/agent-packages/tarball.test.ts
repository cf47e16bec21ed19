import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { hostTree, zone } from '../support/host-tree.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { assertBuilt, DIST, filesIn, HERE, machineOf, PROJECT, runOnce, tarballOf, unpack } from './packages.ts';

const home = tempFolder();
assertBuilt();

const host = hostTree(join(home, 'host'), {
  'proc/sys/kernel/hostname': 'node-1',
  'proc/sys/kernel/random/boot_id': 'boot-1',
  ...zone('intel-rapl:0', 'package-0', 1_000_000),
});

describe.each([
  ['x86_64', 'x64', 62],
  ['arm64', 'arm64', 183],
])('the tarball for %s', (processor, npm, machine) => {
  const isThere = existsSync(tarballOf(processor));
  const maybe = isThere || processor === HERE ? test : test.skip;

  maybe(
    `${isThere ? '' : '(skipped: it was not built) '}holds Node.js and koffi for that machine, and their licences`,
    () => {
      const program = unpack(tarballOf(processor), join(home, processor));
      expect(machineOf(join(program, 'node'))).toBe(machine);
      expect(machineOf(join(program, `node_modules/@koromix/koffi-linux-${npm}/linux_${npm}/koffi.node`))).toBe(
        machine,
      );
      expect(readdirSync(join(program, 'node_modules/@koromix'))).toEqual([`koffi-linux-${npm}`]);
      expect(readFileSync(join(program, 'LICENSE-node.txt'), 'utf8')).toContain('Node.js');
      expect(readFileSync(join(program, 'THIRD-PARTY-NOTICES.txt'), 'utf8')).toMatch(/^koffi 3\S+ \(MIT\)$/m);
    },
  );
});

describe('the tarball', () => {
  const program = unpack(tarballOf(HERE), join(home, 'here'));

  test('carries the bytes that SHA256SUMS names', () => {
    expect(execFileSync('sha256sum', ['--check', 'SHA256SUMS'], { cwd: DIST, encoding: 'utf8' })).toContain(
      'tar.gz: OK',
    );
  });

  test('comes out the same to the byte when it is made again', () => {
    const again = join(home, 'again');
    const build = ['--no-warnings', join(PROJECT, 'tools/build-agent.ts'), '--arch', HERE, '--out', again];
    execFileSync(process.execPath, build, { cwd: PROJECT });
    for (const name of readdirSync(again).filter((each) => each !== 'SHA256SUMS')) {
      expect([name, readFileSync(join(again, name)).equals(readFileSync(join(DIST, name)))]).toEqual([name, true]);
    }
  });

  test('runs where it lies, and through a link, without any Node.js on the host', () => {
    symlinkSync(join(program, 'bin/joulebook-agent'), join(home, 'linked'));
    for (const command of [join(program, 'bin/joulebook-agent'), join(home, 'linked')]) {
      const packages = runOnce(command, host).filter(({ component }) => component === 'cpu');
      expect(packages).toEqual([
        expect.objectContaining({ host_id: 'node-1', domain: 'package-0', energy_joules: '0' }),
      ]);
    }
  });

  test('calls a C library through its own koffi', () => {
    const script =
      "const { default: koffi } = await import('koffi'); console.log(koffi.load('libm.so.6').func('double fabs(double)')(-2))";
    const run = ['--input-type=module', '--eval', script];
    expect(execFileSync(join(program, 'node'), run, { cwd: program, encoding: 'utf8' })).toBe('2\n');
  });

  test('runs a command in a window of its own', () => {
    const record = join(home, 'runs.jsonl');
    const typed = ['run', '--root', host, '--config', withoutServer(), '--id', 'r-1', '--record', record, '--', 'true'];
    const run = spawnSync(join(program, 'bin/joulebook-agent'), typed, { encoding: 'utf8' });
    expect([run.status, run.stderr]).toEqual([0, expect.stringMatching(/^run r-1: succeeded after /)]);
    expect(JSON.parse(readFileSync(record, 'utf8'))).toMatchObject({ run_id: 'r-1', outcome: 'succeeded' });
  });

  test('says in one line that it was asked for what it does not know', () => {
    const run = spawnSync(join(program, 'bin/joulebook-agent'), ['--onec'], { encoding: 'utf8' });
    expect([run.status, run.stderr.split('\n').length]).toEqual([2, 2]);
    expect(run.stderr).toMatch(/^Cannot /);
  });

  test('installs itself below a root, and again without touching the settings', () => {
    const root = join(home, 'installed');
    const install = () =>
      execFileSync(join(program, 'install/install.sh'), { env: { PATH: '/usr/bin:/bin', DESTDIR: root } });
    install();
    const first = filesIn(root);
    const settings = join(root, 'etc/joulebook-agent/config.yaml');
    writeFileSync(settings, 'interval: 1s\n');
    writeFileSync(join(root, 'usr/lib/joulebook-agent/left-by-an-older-version.mjs'), '');
    install();
    expect(readFileSync(settings, 'utf8')).toBe('interval: 1s\n');
    const { 'etc/joulebook-agent/config.yaml': _, ...others } = first;
    expect(filesIn(root)).toMatchObject(others);
    expect(Object.keys(filesIn(root))).toEqual(Object.keys(first));
    expect(runOnce(join(root, 'usr/bin/joulebook-agent'), host)).not.toEqual([]);
  });
});

/** Settings of an agent that listens nowhere. */
function withoutServer(): string {
  const path = join(home, 'quiet.yaml');
  writeFileSync(path, 'imds: never\nlive: { listen: none }\n');
  return path;
}

describe('the bundle', () => {
  /** Bundles a made-up agent and gives what the bundler said. */
  function bundle(name: string, main: string) {
    const root = join(home, name);
    mkdirSync(join(root, 'agent'), { recursive: true });
    symlinkSync(join(PROJECT, 'node_modules'), join(root, 'node_modules'));
    writeFileSync(join(root, 'agent/main.ts'), main);
    const script = `import { bundleAgent } from ${JSON.stringify(join(PROJECT, 'tools/agent-package/bundle.ts'))};
      console.log((await bundleAgent(${JSON.stringify(root)})).files.map(({ path }) => path).join());`;
    return spawnSync(process.execPath, ['--no-warnings', '--input-type=module', '--eval', script], {
      encoding: 'utf8',
    });
  }

  test('keeps the client of a sink apart until it is asked for', () => {
    const { stdout } = bundle(
      'lazy',
      "export const open = async () => new (await import('@aws-sdk/client-s3')).S3Client({});",
    );
    expect(stdout.split(',')).toContain('main.mjs');
    expect(stdout.split(',').length).toBeGreaterThan(1);
  });

  test('refuses an agent that loads a client at every start', () => {
    const { stderr, status } = bundle(
      'eager',
      "import { S3Client } from '@aws-sdk/client-s3'; console.log(new S3Client({}));",
    );
    expect(status).toBe(1);
    expect(stderr).toMatch(/Cannot bundle the agent: expected clients behind «await import», got \S*node_modules\/@/);
  });
});
