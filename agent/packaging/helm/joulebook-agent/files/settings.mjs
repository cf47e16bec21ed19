// Writes the node's own settings: the chart's, with the node's name and address in the marked places. The pod's host name
// is not the node's, so the node's name is the host's id unless the settings or EC2 (the board's asset tag) say otherwise.
import { readFileSync, writeFileSync } from 'node:fs';

// biome-ignore lint/style/noProcessEnv: Kubernetes tells a pod of its node in no other way
const { NODE_NAME, NODE_IP } = process.env;
const [from, to, root] = process.argv.slice(1);
const address = NODE_IP.includes(':') ? `[${NODE_IP}]` : NODE_IP;
const text = readFileSync(from, 'utf8').replaceAll('@NODE_NAME@', NODE_NAME).replaceAll('@NODE_IP@', address);
const isNamed =
  /^host_id:/m.test(text) || /^i-[0-9a-f]{8,17}\s*$/.test(maybeText(`${root}/sys/class/dmi/id/board_asset_tag`));
writeFileSync(to, isNamed ? text : `${text}\nhost_id: ${JSON.stringify(NODE_NAME)}\n`);

function maybeText(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
