import { join } from 'node:path';

import { neuronSensor } from '../../agent/readers/neuron.ts';
import { baselineOf, spendingSince } from '../../agent/spending.ts';
import { hostTree } from '../support/host-tree.ts';
import { lookAfter } from '../support/made-up-looks.ts';
import { tempFolder } from '../support/temp-folder.ts';

const root = join(tempFolder(), 'host');
const BELOW = 'sys/devices/virtual/neuron_device';
// A node of a device before driver 2.31 and one that stayed: what stands below does not matter.
const TRAINIUM = {
  [`${BELOW}/neuron0/neuron_core0/stats/status/success/total`]: '7',
  [`${BELOW}/neuron0/core_count`]: '2',
  [`${BELOW}/neuron11/core_count`]: '2',
  [`${BELOW}/power/control`]: 'auto',
};

test('Neuron devices are there, and their energy is unknown, never zero', async () => {
  const sensor = neuronSensor(hostTree(root, TRAINIUM));
  const first = lookAfter(0);
  const devices = await sensor.read(first);
  expect(devices.map(({ domain, component, counter }) => [domain, component, counter])).toEqual([
    ['neuron0', 'gpu', undefined],
    ['neuron11', 'gpu', undefined],
  ]);
  const second = { ...lookAfter(1), devices: await sensor.read(lookAfter(1)) };
  const { spendings } = spendingSince(baselineOf({ ...first, devices }), second);
  expect(spendings.filter(({ device }) => device.component === 'gpu').map(({ spent }) => spent)).toEqual([
    { gap: 'no-energy-counter' },
    { gap: 'no-energy-counter' },
  ]);
  sensor.close();
});

test('a host without them has none', async () => {
  const sensor = neuronSensor(hostTree(root, { 'proc/stat': 'cpu' }));
  expect(await sensor.read(lookAfter(0))).toEqual([]);
  sensor.close();
});
