import { join } from 'node:path';

import type { Host } from '../look.ts';
import type { ImdsSetting } from '../sensor-settings.ts';
import { IMDS, type InstanceIdentity, maybeInstanceIdentity } from './imds.ts';
import { maybeText } from './small-file.ts';

/** What the agent's settings say of the host. */
interface NamedHost {
  readonly hostId?: string | undefined;
  readonly resourceId?: string | undefined;
  readonly instanceType?: string | undefined;
  readonly imds?: ImdsSetting | undefined;
}

const EC2_INSTANCE = /^i-[0-9a-f]{8,17}$/;
const EC2_VENDOR = 'Amazon EC2';

/**
 * Who the host is: what the settings say, else what EC2 says of its instance, else the instance id that Nitro shows as the
 * board's asset tag, else its host name. Throws where none is to be had: energy of nobody is of no use.
 *
 * The metadata are asked once, where the board says EC2 or the settings say so; elsewhere nothing leaves the host.
 */
export async function readHost(root: string, named: NamedHost, endpoint: string = IMDS): Promise<Host> {
  const identity = await maybeIdentity(root, named.imds ?? 'auto', endpoint);
  const instanceId = identity?.instanceId ?? (await maybeAssetTag(root));
  const hostId = named.hostId ?? instanceId ?? (await maybeText(join(root, 'proc/sys/kernel/hostname')));
  if (!hostId)
    throw new Error(
      `Cannot name this host: expected host_id in the settings or ${root}/proc/sys/kernel/hostname, got neither`,
    );
  const instanceType = named.instanceType ?? identity?.instanceType;
  const { availabilityZone } = identity ?? {};
  return {
    hostId,
    resourceId: named.resourceId ?? instanceId ?? hostId,
    ...(instanceType && { instanceType }),
    ...(availabilityZone && { availabilityZone }),
  };
}

async function maybeIdentity(root: string, imds: ImdsSetting, endpoint: string): Promise<InstanceIdentity | undefined> {
  if (imds === 'never') return undefined;
  const isAsked = imds === 'always' || (await maybeText(join(root, 'sys/class/dmi/id/sys_vendor'))) === EC2_VENDOR;
  return isAsked ? maybeInstanceIdentity(endpoint) : undefined;
}

async function maybeAssetTag(root: string): Promise<string | undefined> {
  const tag = await maybeText(join(root, 'sys/class/dmi/id/board_asset_tag'));
  return tag && EC2_INSTANCE.test(tag) ? tag : undefined;
}
