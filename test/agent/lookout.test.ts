import { join } from 'node:path';

import { openLookout } from '../../agent/readers/look.ts';
import { hostTree } from '../support/host-tree.ts';
import { tempFolder } from '../support/temp-folder.ts';

const root = join(tempFolder(), 'host');

/** As a throttled processor or a machine that was paused: nothing goes on for longer than a tick waits for a file. */
function standStill(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

test('a process that stood still while it looked is on the same boot as before', async () => {
  hostTree(root, { 'proc/sys/kernel/random/boot_id': 'boot-1' });
  const lookout = openLookout(root);
  const bootIds: string[] = [];
  for (const second of [1, 2]) {
    const looking = lookout.look({
      readAt: new Date(second * 1000),
      runningMs: second * 1000,
      sinceBootMs: second * 1000,
    });
    standStill(150);
    bootIds.push((await looking).bootId);
  }
  expect(bootIds).toEqual(['boot-1', 'boot-1']);
  lookout.close();
});

test('what is wrong with the controller of the wall is told, and the controller is left when nobody looks any more', () => {
  const close = jest.fn();
  const wall = { read: () => undefined, fault: () => 'Cannot read https://bmc', close };
  const lookout = openLookout(root, { wall });
  expect(lookout.problems()).toEqual(['Cannot read https://bmc']);
  lookout.close();
  expect(close).toHaveBeenCalledTimes(1);
});
