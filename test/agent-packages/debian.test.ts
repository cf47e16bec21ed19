import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { hostTree } from '../support/host-tree.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { assertBuilt, debOf, filesIn, HERE, runOnce, tarballOf, testWith, unpack, VERSION } from './packages.ts';

const home = tempFolder();
assertBuilt();
const deb = debOf(HERE);
const isRoot = process.getuid?.() === 0;
/** Worst exposure that the unit may have, of systemd-analyze's 10; without capabilities it is 2.0 by systemd 252. */
const WORST_EXPOSURE = 2.5;

/** A root into which dpkg can install: an empty database of packages. */
function emptyRoot(name: string): string {
  const root = join(home, name);
  for (const folder of ['info', 'updates', 'triggers'])
    mkdirSync(join(root, 'var/lib/dpkg', folder), { recursive: true });
  writeFileSync(join(root, 'var/lib/dpkg/status'), '');
  return root;
}

function dpkg(root: string, ...args: string[]): string {
  const apart = [`--root=${root}`, '--force-script-chrootless', '--force-depends', '--force-confold'];
  return execFileSync('dpkg', [...apart, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

describe('the Debian package', () => {
  testWith('dpkg-deb')('says what it is, what it needs and which files are the operator’s', () => {
    expect(execFileSync('dpkg-deb', ['--field', deb, 'Package', 'Version', 'Depends'], { encoding: 'utf8' })).toBe(
      `Package: joulebook-agent\nVersion: ${VERSION}\nDepends: libc6 (>= 2.28), libgcc-s1 | libgcc1, libstdc++6 (>= 8)\n`,
    );
    const conffiles = execFileSync('dpkg-deb', ['--info', deb, 'conffiles'], { encoding: 'utf8' });
    expect(conffiles).toBe('/etc/joulebook-agent/config.yaml\n');
  });

  testWith('dpkg-deb')('gives every file to root, and lets nobody else write one', () => {
    const lines = execFileSync('dpkg-deb', ['--contents', deb], { encoding: 'utf8' }).trim().split('\n');
    expect(lines.length).toBeGreaterThan(20);
    expect(
      lines.filter(
        (line) => !/^(d|-)r[w-]xr-xr-x root\/root |^-rw-r--r-- root\/root |^lrwxrwxrwx root\/root /.test(line),
      ),
    ).toEqual([]);
    const places = lines.map((line) => line.split(' ./')[1] ?? line).filter((path) => !/^$|\/$/.test(path));
    expect(places.filter((path) => !/^(usr\/(lib|bin|share\/doc)|etc\/joulebook-agent)\//.test(path))).toEqual([]);
  });

  testWith('dpkg-deb')('puts the same files in the same places as the tarball', () => {
    const [fromDeb, fromTarball] = [join(home, 'deb'), join(home, 'tarball')];
    execFileSync('dpkg-deb', ['--extract', deb, fromDeb]);
    const program = unpack(tarballOf(HERE), join(home, 'unpacked'));
    execFileSync(join(program, 'install/install.sh'), { env: { PATH: '/usr/bin:/bin', DESTDIR: fromTarball } });
    expect(filesIn(fromDeb)).toEqual(filesIn(fromTarball));
  });

  testWith('dpkg', isRoot)('installs, runs, upgrades and goes, and keeps what is not its own', () => {
    const root = emptyRoot('root');
    const host = hostTree(join(home, 'host'), {
      'proc/sys/kernel/hostname': 'node-1',
      'proc/sys/kernel/random/boot_id': 'boot-1',
    });
    const settings = join(root, 'etc/joulebook-agent/config.yaml');
    const state = join(root, 'var/lib/private/joulebook-agent/spool');

    dpkg(root, '--install', deb);
    expect(dpkg(root, '--verify', 'joulebook-agent')).toBe('');
    const records = runOnce(join(root, 'usr/bin/joulebook-agent'), host);
    expect(records.map(({ host_id }) => host_id)).toContain('node-1');
    if (existsSync('/usr/bin/systemd-sysusers')) {
      expect(readFileSync(join(root, 'etc/group'), 'utf8')).toMatch(/^joulebook-energy:/m);
    }

    writeFileSync(settings, 'interval: 1s\n');
    mkdirSync(dirname(state), { recursive: true });
    writeFileSync(state, 'not sent yet');
    dpkg(root, '--install', deb);
    expect(readFileSync(settings, 'utf8')).toBe('interval: 1s\n');
    dpkg(root, '--remove', 'joulebook-agent');
    expect([existsSync(join(root, 'usr/lib/joulebook-agent')), existsSync(settings), existsSync(state)]).toEqual([
      false,
      true,
      true,
    ]);
    dpkg(root, '--purge', 'joulebook-agent');
    expect([existsSync(settings), existsSync(state)]).toEqual([false, false]);
  });
});

describe('the unit', () => {
  const root = join(home, 'unit');
  const unit = join(root, 'usr/lib/systemd/system/joulebook-agent.service');
  const examples = join(root, 'usr/share/doc/joulebook-agent/examples');
  const program = unpack(tarballOf(HERE), join(home, 'for-the-unit'));
  execFileSync(join(program, 'install/install.sh'), { env: { PATH: '/usr/bin:/bin', DESTDIR: root } });

  /** The unit, with a drop-in if one is named, where systemd-analyze finds the program that it starts. */
  function unitWith(dropIn: string | undefined): string {
    const added = dropIn === undefined ? '' : readFileSync(join(examples, dropIn), 'utf8');
    const folder = join(home, `unit-${dropIn}`);
    mkdirSync(folder, { recursive: true });
    const path = join(folder, 'joulebook-agent.service');
    writeFileSync(path, `${readFileSync(unit, 'utf8').replaceAll('/usr/lib/joulebook-agent', program)}\n${added}`);
    return path;
  }
  const dropIns: [string | undefined][] = [undefined, ...readdirSync(examples)].map((name) => [name]);

  testWith('systemd-analyze').each(dropIns)('is understood by systemd, with %s', (dropIn) => {
    const { status, stderr } = spawnSync('systemd-analyze', ['verify', unitWith(dropIn)], { encoding: 'utf8' });
    expect([status, stderr.split('\n').filter((line) => line.includes('joulebook'))]).toEqual([0, []]);
  });

  testWith('systemd-analyze').each(dropIns)('exposes no more than it must, with %s', (dropIn) => {
    const said = execFileSync('systemd-analyze', ['security', '--offline=true', '--no-pager', unitWith(dropIn)], {
      encoding: 'utf8',
    });
    const exposure = /Overall exposure level for \S+: ([\d.]+)/.exec(said)?.[1];
    expect(Number(exposure)).toBeLessThanOrEqual(WORST_EXPOSURE);
  });

  testWith('systemd-tmpfiles', isRoot && existsSync('/usr/bin/systemd-sysusers'))(
    'lets the group read the energy counters, and nobody else',
    () => {
      const zones = [
        'intel-rapl/intel-rapl:0',
        'intel-rapl/intel-rapl:0/intel-rapl:0:0',
        'intel-rapl-mmio/intel-rapl-mmio:0',
      ];
      const counters = zones.map((zone) => join(root, 'sys/devices/virtual/powercap', zone, 'energy_uj'));
      for (const counter of counters) {
        mkdirSync(dirname(counter), { recursive: true });
        writeFileSync(counter, '1');
        chmodSync(counter, 0o400);
      }
      mkdirSync(join(root, 'etc'), { recursive: true });
      execFileSync('systemd-sysusers', [`--root=${root}`, 'joulebook-agent.conf'], { stdio: 'ignore' });
      execFileSync('systemd-tmpfiles', ['--create', `--root=${root}`, 'joulebook-agent.conf']);
      const group = /^joulebook-energy:x:(\d+):/m.exec(readFileSync(join(root, 'etc/group'), 'utf8'))?.[1];
      for (const counter of counters) {
        const { mode, uid, gid } = statSync(counter);
        expect([(mode & 0o777).toString(8), uid, gid]).toEqual(['440', 0, Number(group)]);
      }
    },
  );
});
