import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

import fc from 'fast-check';
import { parseStat } from '../../agent/readers/process-stat.ts';
import { Processes } from '../../agent/readers/processes.ts';
import { hostTree } from '../support/host-tree.ts';
import { processFiles, statLine } from '../support/made-up-processes.ts';
import { describeShared } from '../support/shared.ts';
import { tempFolder } from '../support/temp-folder.ts';

const root = join(tempFolder(), 'host');
const proc = join(root, 'proc');
const at = (seconds: number) => ({ readAt: new Date(0), runningMs: seconds * 1000, sinceBootMs: seconds * 1000 });
const open = (folder = proc, rulesOf?: (command: string) => readonly number[]) =>
  new Processes({ proc: folder, rulesOf, deadlineMs: 5000, firstDeadlineMs: 5000 });
const SERVICE = '/system.slice/a.service';
const rewrite = (pid: number, file: string, text: string) => writeFileSync(join(proc, String(pid), file), text);

/** Root may read everything. */
const asAnother = (title: string, body: () => Promise<void>) =>
  process.getuid?.() === 0 ? test.skip(`${title} (skipped: runs as root)`, body) : test(title, body);

describe('a line of /proc/<pid>/stat', () => {
  test('is read behind the last parenthesis, whatever the command is called', () => {
    const comm = fc.string({ unit: fc.constantFrom('a', ' ', '(', ')', '\n', '0'), maxLength: 15 });
    fc.assert(
      fc.property(comm, fc.nat(), fc.nat(), (name, ticks, start) => {
        expect(parseStat(`${statLine(7, { comm: name, ticks, start })}\n`)).toEqual({
          command: name,
          startTicks: start,
          microseconds: BigInt(ticks) * 10_000n,
          isWorking: true,
        });
      }),
    );
  });

  test('of another form is none', () => {
    fc.assert(fc.property(fc.string(), (text) => expect(() => parseStat(text)).not.toThrow()));
    for (const text of ['', '1 (a', '1 (a) S 0 0', statLine(1, {}).replace(' 100 ', ' -100 ')])
      expect(parseStat(text)).toBeUndefined();
  });

  test.each([
    [{ flags: 0x0020_8040 }, false],
    [{ state: 'Z' }, false],
    [{ state: 'R' }, true],
  ])('of %j: does the work of somebody %p', (made, isWorking) => {
    expect(parseStat(statLine(2, made))?.isWorking).toBe(isWorking);
  });
});

describe('the processes of a host', () => {
  test('are read when they are first seen, and their secrets are not kept', async () => {
    const says = { JOULEBOOK_PROJECT: 'chat', AWS_SECRET_ACCESS_KEY: 'hidden-1' };
    hostTree(root, { ...processFiles(7, { cgroup: SERVICE, says, command: 'serve --key hidden-2' }), 'proc/self': '' });
    const processes = open(proc, (command) => (command === 'serve --key hidden-2' ? [3] : []));
    await processes.look(at(100));
    expect([...processes.known.values()]).toMatchObject([
      { pid: 7, startTicks: 100, cgroups: `0::${SERVICE}`, said: { names: { project: 'chat' }, commandRules: [3] } },
    ]);
    expect(JSON.stringify([...processes.known.values()])).not.toContain('hidden');
  });

  test('are read again while they are young, since a child wears the environment of its parent until it is told its own', async () => {
    hostTree(root, processFiles(7, { cgroup: SERVICE, says: { JOULEBOOK_PROJECT: 'parent' }, start: 9_950 }));
    const processes = open();
    await processes.look(at(100));
    rewrite(7, 'environ', 'JOULEBOOK_PROJECT=child\0');
    await processes.look(at(101));
    expect(processes.known.get(7)?.said?.names).toEqual({ project: 'child' });
    rewrite(7, 'environ', 'JOULEBOOK_PROJECT=later\0');
    await processes.look(at(102));
    expect(processes.known.get(7)?.said?.names).toEqual({ project: 'child' });
  });

  test('that took the number of another are told by when they began', async () => {
    hostTree(root, processFiles(7, { cgroup: SERVICE, says: { JOULEBOOK_PROJECT: 'old' } }));
    const processes = open();
    await processes.look(at(100));
    rewrite(7, 'stat', statLine(7, { start: 200 }));
    rewrite(7, 'environ', 'JOULEBOOK_PROJECT=new\0');
    await processes.look(at(101));
    expect(processes.known.get(7)).toMatchObject({ startTicks: 200, said: { names: { project: 'new' } } });
  });

  test('that end while they are read are gone, at the next listing at the latest', async () => {
    hostTree(root, { ...processFiles(7, { cgroup: SERVICE }), ...processFiles(8, { cgroup: SERVICE }) });
    rmSync(join(proc, '7/stat'));
    const processes = open();
    await processes.look(at(100));
    expect([...processes.known.keys()]).toEqual([8]);
    rmSync(join(proc, '8'), { recursive: true });
    await processes.look(at(101));
    expect(processes.known.size).toBe(0);
  });

  test('that speak without being heard are not taken for silent ones', async () => {
    hostTree(root, {
      ...processFiles(1, { cgroup: SERVICE, state: 'Z' }),
      ...processFiles(2, { cgroup: SERVICE, flags: 0x0020_0000 }),
      ...processFiles(3, { cgroup: SERVICE, comm: 'slurmstepd' }),
      ...processFiles(4, { cgroup: SERVICE }),
    });
    rewrite(4, 'environ', '');
    const processes = open();
    await processes.look(at(100));
    expect([...processes.known.values()].map(({ said }) => said)).toEqual([undefined, undefined, undefined, undefined]);
  });

  test('that may not be read are counted, and the others are read', async () => {
    hostTree(root, { ...processFiles(7, { cgroup: SERVICE }), ...processFiles(8, { cgroup: SERVICE }) });
    rmSync(join(proc, '7/environ'));
    mkdirSync(join(proc, '7/environ'));
    rewrite(8, 'stat', 'no stat');
    const processes = open();
    await processes.look(at(100));
    expect([...processes.known.keys()].sort()).toEqual([7, 8]);
    expect(processes.known.get(7)?.cgroups).toBe(`0::${SERVICE}`);
    expect(processes.troubles).toEqual({ deaf: 1, hanging: 0 });
  });

  asAnother('that belong to others keep their environment to themselves', async () => {
    hostTree(root, processFiles(7, { cgroup: SERVICE, says: { JOULEBOOK_PROJECT: 'chat' } }));
    chmodSync(join(proc, '7/environ'), 0);
    const processes = open();
    await processes.look(at(100));
    expect(processes.known.get(7)).toMatchObject({ isDeaf: true, said: { names: {} } });
  });

  test('ten thousand of them are read bit by bit, and listed less often', async () => {
    hostTree(root, processFiles(1, { cgroup: SERVICE }));
    const processes = open();
    await processes.look(at(100));
    for (let pid = 2; pid <= 10_000; pid += 1) mkdirSync(join(proc, String(pid)));
    writeFileSync(join(proc, '9999/stat'), statLine(9999, {}));
    await processes.look(at(101));
    expect(processes.known.size).toBe(1);
    for (const name of ['cgroup', 'environ']) writeFileSync(join(proc, '9999', name), 'x');
    // 64 in one look.
    for (let second = 102; second < 102 + 160 && !processes.known.has(9999); second += 1)
      await processes.look(at(second));
    expect([...processes.known.keys()].sort()).toEqual([1, 9999]);
  });

  test('a file that hangs holds up one reader, and no look beyond its deadline', async () => {
    hostTree(root, { ...processFiles(7, { cgroup: SERVICE }), ...processFiles(8, { cgroup: SERVICE }) });
    rmSync(join(proc, '7/environ'));
    execFileSync('mkfifo', [join(proc, '7/environ')]);
    const processes = new Processes({ proc, rulesOf: undefined, deadlineMs: 1000, firstDeadlineMs: 2000 });
    await processes.look(at(100));
    expect([...processes.known.keys()]).toEqual([8]);
    expect(processes.troubles).toEqual({ deaf: 0, hanging: 1 });
    await processes.look(at(101));
    expect(processes.troubles).toEqual({ deaf: 0, hanging: 1 });
    // A writer lets the reader go.
    writeFileSync(join(proc, '7/environ'), 'JOULEBOOK_PROJECT=late\0');
    for (let turn = 0; turn < 500 && !processes.known.has(7); turn += 1) await setTimeout(10);
    expect(processes.known.get(7)?.said?.names).toEqual({ project: 'late' });
  });
});

describe('this host', () => {
  test('shows what a real child says in its environment', async () => {
    const child = spawn(process.execPath, ['-e', 'process.stdout.write("up"); setInterval(() => {}, 1000)'], {
      env: { JOULEBOOK_RUN_ID: 'real-child', SECRET: 'x' },
    });
    await new Promise((resolve) => child.stdout.once('data', resolve));
    const processes = open('/proc');
    await processes.look(at(1e6));
    expect(processes.known.get(child.pid ?? 0)?.said?.labels).toEqual({ run_id: 'real-child' });
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill();
    await gone;
    await processes.look(at(2e6));
    expect(processes.known.has(child.pid ?? 0)).toBe(false);
  });
});

describeShared('recorded processes', 'recorded/sysfs', (folder) => {
  test('of Kepler: containers of Docker and podman, and an editor', async () => {
    const processes = open(join(folder, 'kepler/procfs'));
    await processes.look(at(1e9));
    const commands = readdirSync(join(folder, 'kepler/procfs')).map((pid) => {
      const stat = parseStat(readFileSync(join(folder, 'kepler/procfs', pid, 'stat'), 'utf8'));
      return [Number(pid), stat?.command, stat?.microseconds];
    });
    expect(commands).toContainEqual([3_456_208, 'prometheus', 5_996_030_000n]);
    expect(processes.known.get(3_456_208)?.cgroups).toMatch(/^0::\/system.slice\/docker-b176/);
  });

  test('of procfs: a command in parentheses, a thread of the kernel, a process of many lines', async () => {
    const read = (pid: string) =>
      parseStat(readFileSync(join(folder, 'prometheus-procfs/tree/fixtures/proc', pid, 'stat'), 'utf8'));
    expect(read('584')).toMatchObject({ command: '(a b ) ( c d) ', startTicks: 10_839_175 });
    expect(read('26231')).toMatchObject({ command: 'vim', microseconds: 17_210_000n });
    expect(read('26232')).toMatchObject({ command: 'ata_sff', isWorking: false });
  });
});
