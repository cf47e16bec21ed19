import { PLATFORM, RESEARCH } from '../company.ts';
import { HOURS } from '../month.ts';
import { between, hexDigits } from '../random.ts';
import { type Charge, FRANKFURT, IRELAND, type Region, VIRGINIA } from './charge.ts';

const ON_DEMAND = { by: 'on-demand' } as const;
const CHAT = { user_project: 'chat', user_workload_type: 'inference' };
const CODE = { user_project: 'code', user_workload_type: 'data_preparation' };

/** EBS volumes and snapshots, S3 buckets and requests, and the traffic between and out of regions. */
export function storageCharges(): Charge[] {
  return [
    volume(
      { name: 'models', account: PLATFORM, region: IRELAND, tags: CHAT },
      { kind: 'gp3', gigabytes: 600, price: 0.088 },
    ),
    volume(
      { name: 'index', account: PLATFORM, region: VIRGINIA, tags: {} },
      { kind: 'gp3', gigabytes: 250, price: 0.08 },
    ),
    volume(
      { name: 'corpus', account: RESEARCH, region: FRANKFURT, tags: CODE },
      { kind: 'st1', gigabytes: 4_000, price: 0.054 },
    ),
    snapshots(),
    bucket('example-ai-models', CHAT, 5_200),
    bucket('example-ai-corpus', CODE, 21_000),
    requests('Requests-Tier1', { operation: 'PutObject', price: 0.000005, usual: 1_900 }),
    requests('Requests-Tier2', { operation: 'GetObject', price: 0.0000004, usual: 24_000 }),
    traffic('DataTransfer-Out-Bytes', { operation: 'RunInstances', price: 0.09, usual: 1.4 }),
    traffic('DataTransfer-Regional-Bytes', { operation: 'InterZone-In', price: 0.01, usual: 6 }),
  ];
}

type Owned = Pick<Charge, 'account' | 'tags'> & { readonly name: string; readonly region: Region };

/** A volume is billed by its size: GB-months, an hour at a time. */
function volume(owned: Owned, disk: { kind: 'gp3' | 'st1'; gigabytes: number; price: number }): Charge {
  return {
    account: owned.account,
    region: owned.region,
    resource: `vol-0${hexDigits(`volume/${owned.name}`, 16)}`,
    product: 'AmazonEC2',
    family: 'Storage',
    usage: `EBS:VolumeUsage.${disk.kind}`,
    operation: disk.kind === 'gp3' ? 'CreateVolume-Gp3' : 'CreateVolume',
    unit: 'GB-Mo',
    price: disk.price,
    payment: ON_DEMAND,
    attributes: { volume_api_name: disk.kind },
    tags: owned.tags,
    amountAt: () => gigabyteMonths(disk.gigabytes, 1),
  };
}

function snapshots(): Charge {
  return {
    account: PLATFORM,
    region: IRELAND,
    resource: `arn:aws:ec2:eu-west-1:${PLATFORM.id}:snapshot/snap-0${hexDigits('snapshot', 16)}`,
    product: 'AmazonEC2',
    family: 'Storage Snapshot',
    usage: 'EBS:SnapshotUsage',
    operation: 'CreateSnapshot',
    unit: 'GB-Mo',
    price: 0.05,
    payment: ON_DEMAND,
    tags: CHAT,
    hours: 24,
    amountAt: (hour) => daily(hour, 380),
  };
}

function bucket(name: string, tags: Charge['tags'], gigabytes: number): Charge {
  return {
    account: PLATFORM,
    region: IRELAND,
    resource: name,
    product: 'AmazonS3',
    family: 'Storage',
    usage: 'TimedStorage-ByteHrs',
    operation: 'StandardStorage',
    unit: 'GB-Mo',
    price: 0.023,
    payment: ON_DEMAND,
    attributes: { storage_class: 'General Purpose' },
    tags,
    hours: 24,
    amountAt: (hour) => daily(hour, gigabytes),
  };
}

interface Counted {
  readonly operation: string;
  readonly price: number;
  readonly usual: number;
}

function requests(usage: string, { operation, price, usual }: Counted): Charge {
  return {
    account: PLATFORM,
    region: IRELAND,
    resource: 'example-ai-models',
    product: 'AmazonS3',
    family: 'API Request',
    usage,
    operation,
    unit: 'Requests',
    price,
    payment: ON_DEMAND,
    tags: CHAT,
    amountAt: (hour) => Math.round(usual * between(`${usage}/${hour}`, 0.4, 1.6)),
  };
}

function traffic(usage: string, { operation, price, usual }: Counted): Charge {
  return {
    account: PLATFORM,
    region: IRELAND,
    resource: `i-0${hexDigits('instance/gateway', 16)}`,
    product: 'AmazonEC2',
    service: 'AWSDataTransfer',
    family: 'Data Transfer',
    usage,
    operation,
    unit: 'GB',
    price,
    payment: ON_DEMAND,
    attributes: { transfer_type: usage === 'DataTransfer-Out-Bytes' ? 'AWS Outbound' : 'IntraRegion' },
    tags: CHAT,
    amountAt: (hour) => Math.round(usual * between(`${usage}/${hour}`, 0.3, 1.7) * 1e4) / 1e4,
  };
}

/** Storage that is metered once a day, growing by a third of a percent. */
function daily(hour: number, gigabytes: number): number | undefined {
  return hour % 24 === 0 ? gigabyteMonths(gigabytes * (1 + hour / 24 / 300), 24) : undefined;
}

function gigabyteMonths(gigabytes: number, hours: number): number {
  return Math.round(((gigabytes * hours) / HOURS) * 1e8) / 1e8;
}
