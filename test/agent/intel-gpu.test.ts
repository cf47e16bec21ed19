import { join } from 'node:path';

import { intelGpuSensor } from '../../agent/readers/intel-gpu.ts';
import { card } from '../support/gpu-card.ts';
import { type HostFiles, hostTree } from '../support/host-tree.ts';
import { lookAfter } from '../support/made-up-looks.ts';
import { PATIENT_MS } from '../support/patience.ts';
import { tempFolder } from '../support/temp-folder.ts';

const root = join(tempFolder(), 'host');
const ADDRESS = '0000:4d:00.0';

async function read(files: HostFiles) {
  const sensor = intelGpuSensor(hostTree(root, files), PATIENT_MS);
  const devices = await sensor.read(lookAfter(0));
  sensor.close();
  return devices;
}

test('a card with i915 is read whole, not by its parts', async () => {
  const files = {
    ...card({
      index: 1,
      address: ADDRESS,
      driver: 'i915',
      monitor: { name: 'i915', energy1_input: '123456', power1_max: '0', power1_rated_max: '150000000' },
      device: {},
    }),
    'sys/class/drm/card1/device/hwmon/hwmon9/name': 'i915_gt0',
    'sys/class/drm/card1/device/hwmon/hwmon9/energy1_input': '99',
    'sys/class/drm/card1-DP-1/device/uevent': 'DRIVER=i915',
  };
  expect(await read(files)).toMatchObject([
    {
      domain: 'intel-gpu-0000:4d:00.0',
      method: 'intel-gpu-energy',
      counter: { energyMicrojoules: 123_456n },
      powerLimitWatts: 300,
    },
  ]);
});

test('a card with xe is read at the card, else at its package', async () => {
  const xe = (monitor: HostFiles) =>
    card({ index: 0, address: ADDRESS, driver: 'xe', monitor: { name: 'xe', ...monitor }, device: {} });
  expect(await read(xe({ energy1_input: '7', energy2_input: '5' }))).toMatchObject([
    { counter: { energyMicrojoules: 7n } },
  ]);
  expect(await read(xe({ energy2_input: '5' }))).toMatchObject([{ counter: { energyMicrojoules: 5n } }]);
  expect(await read(xe({ energy1_input: 'busy' }))).toMatchObject([{ gap: 'counter-not-readable' }]);
});

test('graphics in a processor have no such counter: their energy is in its package', async () => {
  expect(await read(card({ index: 0, address: ADDRESS, driver: 'i915', monitor: {}, device: {} }))).toEqual([]);
  const fans = card({ index: 0, address: ADDRESS, driver: 'xe', monitor: { name: 'xe', fan1_input: '1' }, device: {} });
  expect(await read(fans)).toEqual([]);
});
