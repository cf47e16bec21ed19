import { join } from 'node:path';

import type { Host } from '../look.ts';
import { maybeText } from './small-file.ts';

/** What the agent's settings say of the host. */
interface NamedHost {
  readonly hostId?: string | undefined;
  readonly resourceId?: string | undefined;
}

const EC2_INSTANCE = /^i-[0-9a-f]{8,17}$/;

/**
 * Who the host is: what the settings say, else its EC2 instance id (Nitro shows it as the board's asset tag), else its host
 * name. Throws where none is to be had: energy of nobody is of no use.
 */
export async function readHost(root: string, named: NamedHost): Promise<Host> {
  const hostId =
    named.hostId ?? (await maybeInstanceId(root)) ?? (await maybeText(join(root, 'proc/sys/kernel/hostname')));
  if (!hostId)
    throw new Error(
      `Cannot name this host: expected host_id in the settings or ${root}/proc/sys/kernel/hostname, got neither`,
    );
  return { hostId, resourceId: named.resourceId ?? hostId };
}

async function maybeInstanceId(root: string): Promise<string | undefined> {
  const tag = await maybeText(join(root, 'sys/class/dmi/id/board_asset_tag'));
  return tag && EC2_INSTANCE.test(tag) ? tag : undefined;
}
