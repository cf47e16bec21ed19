import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { Bucket } from 'aws-cdk-lib/aws-s3';

import type { AgentPackages } from '../../lib/stack/agent-installation.ts';
import { agentInstallation } from '../../lib/stack/agent-installation.ts';
import { sketchOfApp } from '../../lib/stack/joulebook-app.ts';
import { hostTree } from '../support/host-tree.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { assertBuilt, HERE, runOnce, tarballOf } from './packages.ts';

const home = tempFolder();
assertBuilt();
const tarball = tarballOf(HERE);
const digest = createHash('sha256').update(readFileSync(tarball)).digest('hex');

/** A stand-in for the AWS command line, which copies from a file instead of a bucket. */
const bin = join(home, 'bin');
mkdirSync(bin);
writeFileSync(
  join(bin, 'aws'),
  `#!/bin/sh\n[ "$*" = "s3 cp --only-show-errors s3://packages/agent.tar.gz $5" ] && cp '${tarball}' "$5"\n`,
);
chmodSync(join(bin, 'aws'), 0o755);

/** Runs the script that hosts are given, below a root of its own. */
function install(name: string, sha256: string, machine: keyof AgentPackages = HERE === 'arm64' ? 'aarch64' : HERE) {
  const bucket = Bucket.fromBucketName(sketchOfApp().stack, 'Packages', 'packages');
  const lines = agentInstallation(
    { [machine]: { bucket, key: 'agent.tar.gz', sha256 } },
    { interval: '1s', host_id: "it's" },
  );
  const root = join(home, name);
  const env = { PATH: `${bin}:/usr/bin:/bin`, DESTDIR: root, TMPDIR: home };
  return { root, run: spawnSync('sh', ['-c', lines.join('\n')], { encoding: 'utf8', env }) };
}

describe('the script that installs the agent on EC2', () => {
  test('fetches, compares, installs, and leaves an agent that runs on its settings', () => {
    const { root, run } = install('host', digest);
    expect([run.status, run.stderr]).toEqual([0, '']);
    expect(JSON.parse(readFileSync(join(root, 'etc/joulebook-agent/config.yaml'), 'utf8'))).toEqual({
      interval: '1s',
      host_id: "it's",
    });
    const host = hostTree(join(home, 'tree'), { 'proc/sys/kernel/random/boot_id': 'boot-1' });
    const program = join(root, 'usr/bin/joulebook-agent');
    expect(runOnce(program, host, ['--config', join(root, 'etc/joulebook-agent/config.yaml')])[0]).toHaveProperty(
      'host_id',
      "it's",
    );
    expect(execFileSync('find', [home, '-maxdepth', '1', '-name', 'tmp.*'], { encoding: 'utf8' })).toBe('');
  });

  test('installs nothing where the bytes are not those that were promised', () => {
    const { root, run } = install('wrong', '0'.repeat(64));
    expect(run.status).not.toBe(0);
    expect(existsSync(join(root, 'usr'))).toBe(false);
  });

  test('says which machines there are packages for', () => {
    const { run } = install('other', digest, HERE === 'arm64' ? 'x86_64' : 'aarch64');
    expect([run.status, run.stderr]).toEqual([
      1,
      expect.stringMatching(/^Cannot install the agent: expected \w+, got \w+\n$/),
    ]);
  });
});
