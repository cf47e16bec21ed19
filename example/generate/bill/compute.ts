import { CHAT_HOST, PLATFORM, RESEARCH } from '../company.ts';
import { dayOfHour, hourAt } from '../month.ts';
import { between, fraction, hexDigits } from '../random.ts';
import { type Charge, FRANKFURT, type Instance, IRELAND, type Payment, type Region, VIRGINIA } from './charge.ts';

const GPU = 'GPU instance';
const CHAT_TAGS = { user_project: 'chat', user_model_id: 'llama-70b', user_workload_type: 'inference' };
const CODE_TRAINING_TAGS = { user_project: 'code', user_model_id: 'code-22b', user_workload_type: 'training' };

interface Rented {
  readonly name: string;
  readonly resource?: string;
  readonly account: Charge['account'];
  readonly region: Region;
  readonly instance: Instance;
  readonly price: number;
  readonly paidPrice?: number;
  readonly payment?: Payment;
  readonly tags: Charge['tags'];
  readonly isRunning: (hour: number) => boolean;
}

const always = () => true;

/** The fleet. The first has an agent of ours; the others are known from the bill alone. */
const FLEET: readonly Rented[] = [
  {
    name: 'chat',
    resource: CHAT_HOST,
    account: PLATFORM,
    region: IRELAND,
    instance: { type: 'g5.12xlarge', family: GPU, vcpu: 48, memory: '192 GiB', gpus: 4 },
    price: 6.33,
    payment: { by: 'savings-plan', rate: 4.431 },
    tags: CHAT_TAGS,
    isRunning: always,
  },
  {
    name: 'finetune',
    account: RESEARCH,
    region: FRANKFURT,
    instance: { type: 'p4d.24xlarge', family: GPU, vcpu: 96, memory: '1152 GiB', gpus: 8 },
    price: 24.15,
    tags: CODE_TRAINING_TAGS,
    isRunning: (hour) => hour >= hourAt(22, 6) && hour < hourAt(27, 6),
  },
  {
    // Nobody tagged it: its energy and cost stay with no project.
    name: 'embeddings',
    account: RESEARCH,
    region: VIRGINIA,
    instance: { type: 'g6.xlarge', family: GPU, vcpu: 4, memory: '16 GiB', gpus: 1 },
    price: 0.8048,
    tags: {},
    isRunning: always,
  },
  {
    name: 'gateway',
    account: PLATFORM,
    region: IRELAND,
    instance: { type: 'm6i.2xlarge', family: 'General purpose', vcpu: 8, memory: '32 GiB' },
    price: 0.428,
    payment: { by: 'reservation', rate: 0.27 },
    tags: { user_project: 'chat', user_workload_type: 'deployment' },
    isRunning: always,
  },
  {
    name: 'tokenise',
    account: RESEARCH,
    region: FRANKFURT,
    instance: { type: 'c6i.2xlarge', family: 'Compute optimized', vcpu: 8, memory: '16 GiB' },
    price: 0.388,
    paidPrice: 0.1483,
    payment: { by: 'spot' },
    tags: { user_project: 'code', user_workload_type: 'data_preparation' },
    // Spot capacity comes and goes.
    isRunning: (hour) => fraction(`spot/${Math.floor(hour / 6)}`) < 0.6,
  },
  {
    name: 'notebook',
    account: RESEARCH,
    region: VIRGINIA,
    instance: { type: 't3.large', family: 'General purpose', vcpu: 2, memory: '8 GiB' },
    price: 0.0832,
    // A project name that a spreadsheet would run.
    tags: { user_project: "=cmd|'/C calc'!A0", user_workload_type: 'dev' },
    isRunning: always,
  },
  {
    name: 'search',
    account: PLATFORM,
    region: VIRGINIA,
    instance: { type: 'r6i.xlarge', family: 'Memory optimized', vcpu: 4, memory: '32 GiB' },
    price: 0.252,
    // A project name that a browser would format.
    tags: { user_project: 'search <b>HTML</b>', user_workload_type: 'inference' },
    isRunning: always,
  },
  {
    // No table of hardware knows this type: its energy is a gap, never zero.
    name: 'trial',
    account: RESEARCH,
    region: VIRGINIA,
    instance: { type: 'q9z.4xlarge', family: 'General purpose', vcpu: 16, memory: '64 GiB' },
    price: 1.92,
    tags: { user_project: 'code', user_workload_type: 'evaluation' },
    isRunning: (hour) => dayOfHour(hour) >= 10 && dayOfHour(hour) < 22,
  },
];

/** EC2: instance hours, and the CPU credits that the burstable one spends beyond its share. */
export function computeCharges(): Charge[] {
  return [...FLEET.map(instanceCharge), ...FLEET.filter(({ name }) => name === 'notebook').map(creditCharge)];
}

function instanceCharge(rented: Rented): Charge {
  const isSpot = rented.payment?.by === 'spot';
  return {
    account: rented.account,
    region: rented.region,
    resource: resourceOf(rented),
    product: 'AmazonEC2',
    family: 'Compute Instance',
    usage: `${isSpot ? 'SpotUsage' : 'BoxUsage'}:${rented.instance.type}`,
    operation: isSpot ? 'RunInstances:SV001' : 'RunInstances',
    unit: 'Hrs',
    price: rented.price,
    ...(rented.paidPrice !== undefined && { paidPrice: rented.paidPrice }),
    payment: rented.payment ?? { by: 'on-demand' },
    instance: rented.instance,
    attributes: { operating_system: 'Linux', tenancy: 'Shared', capacitystatus: 'Used' },
    tags: rented.tags,
    amountAt: (hour) => (rented.isRunning(hour) ? 1 : undefined),
  };
}

function creditCharge(rented: Rented): Charge {
  return {
    ...instanceCharge(rented),
    family: 'CPU Credits',
    usage: 'CPUCredits:t3',
    unit: 'vCPU-Hours',
    price: 0.05,
    amountAt: (hour) => {
      const isBurst = hour % 24 >= 13 && hour % 24 < 17 && fraction(`credits/${hour}`) < 0.5;
      return isBurst ? Math.round(between(`credits/amount/${hour}`, 0.2, 1.4) * 1e6) / 1e6 : undefined;
    },
  };
}

function resourceOf({ name, resource }: Pick<Rented, 'name' | 'resource'>): string {
  return resource ?? `i-0${hexDigits(`instance/${name}`, 16)}`;
}
