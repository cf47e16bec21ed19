import { PLATFORM, RESEARCH } from '../company.ts';
import { hourAt, isWeekend } from '../month.ts';
import { between, hexDigits } from '../random.ts';
import { type Charge, IRELAND, type Region, VIRGINIA } from './charge.ts';

const ON_DEMAND = { by: 'on-demand' } as const;
/** From here on the lines of Bedrock reach the account late, in a file of their own. */
export const BEDROCK_LATE_FROM = hourAt(30, 14);

/** The newer services write Ireland and Virginia by code. */
const AI_IRELAND: Region = { ...IRELAND, prefix: 'EUW1-' };
const AI_VIRGINIA: Region = { ...VIRGINIA, prefix: 'USE1-' };

/** SageMaker, Lambda and Bedrock. */
export function aiCharges(): Charge[] {
  return [...sageMakerCharges(), ...lambdaCharges(), ...bedrockCharges()];
}

function sageMakerCharges(): Charge[] {
  const machine = { product: 'AmazonSageMaker', family: 'ML Instance', unit: 'Hrs', payment: ON_DEMAND } as const;
  return [
    {
      ...machine,
      account: PLATFORM,
      region: AI_IRELAND,
      resource: `arn:aws:sagemaker:eu-west-1:${PLATFORM.id}:endpoint/guard`,
      usage: 'Host:ml.g5.xlarge',
      operation: 'RunInstance',
      price: 1.57,
      instance: { type: 'ml.g5.xlarge', family: 'GPU', vcpu: 4, memory: '16 GiB', gpus: 1 },
      tags: { user_project: 'chat', user_model_id: 'guard-8b', user_workload_type: 'inference' },
      amountAt: () => 1,
    },
    {
      ...machine,
      account: RESEARCH,
      region: AI_VIRGINIA,
      resource: `arn:aws:sagemaker:us-east-1:${RESEARCH.id}:training-job/guard-8b-0604`,
      usage: 'Train:ml.p4d.24xlarge',
      operation: 'CreateTrainingJob',
      price: 25.25,
      instance: { type: 'ml.p4d.24xlarge', family: 'GPU', vcpu: 96, memory: '1152 GiB', gpus: 8 },
      tags: { user_project: 'chat', user_model_id: 'guard-8b', user_workload_type: 'training' },
      // The job ends twenty minutes into its last hour.
      amountAt: (hour) => partOf(hour, { from: hourAt(4, 7), to: hourAt(5, 9) + 1 / 3 }),
    },
  ];
}

function partOf(hour: number, span: { from: number; to: number }): number | undefined {
  const part = Math.min(hour + 1, span.to) - Math.max(hour, span.from);
  return part > 0 ? Math.round(part * 1e6) / 1e6 : undefined;
}

function lambdaCharges(): Charge[] {
  const handler = {
    account: PLATFORM,
    region: VIRGINIA,
    resource: `arn:aws:lambda:us-east-1:${PLATFORM.id}:function:support-bot`,
    product: 'AWSLambda',
    family: 'Serverless',
    operation: 'Invoke',
    payment: ON_DEMAND,
    tags: { user_project: 'support-bot', user_workload_type: 'deployment' },
  };
  const calls = (hour: number) => conversations(hour) * 3 || undefined;
  const gigabyteSeconds = (hour: number) => conversations(hour) * 3 * 1.25 || undefined;
  return [
    {
      ...handler,
      usage: 'Lambda-GB-Second',
      unit: 'Lambda-GB-Second',
      price: 0.0000166667,
      amountAt: gigabyteSeconds,
    },
    { ...handler, usage: 'Request', unit: 'Requests', price: 0.0000002, amountAt: calls },
  ];
}

/** What the support bot is asked in an hour: it sleeps from 22 to 6 UTC. */
function conversations(hour: number): number {
  const isOpen = hour % 24 >= 6 && hour % 24 < 22;
  return isOpen ? Math.round((isWeekend(hour) ? 90 : 310) * between(`bedrock/${hour}`, 0.6, 1.2)) : 0;
}

interface ManagedModel {
  readonly key: string;
  readonly name: string;
  /** USD a thousand tokens, in and out. */
  readonly prices: readonly [number, number];
  /** Tokens of a conversation, in and out. */
  readonly tokens: readonly [number, number];
  readonly tags: Charge['tags'];
}

const MANAGED: readonly ManagedModel[] = [
  {
    key: 'NovaPro',
    name: 'Nova Pro',
    prices: [0.0008, 0.0032],
    tokens: [2_100, 340],
    tags: { user_project: 'support-bot', user_model_id: 'nova-pro', user_workload_type: 'inference' },
  },
  // Called without an inference profile, so without tags: only a rule by service can say whose it is.
  { key: 'Llama3-3-70B', name: 'Llama 3.3 70B', prices: [0.00072, 0.00072], tokens: [900, 260], tags: {} },
];

/** Tokens in and out of two managed models, in thousands, in the hours that had any. */
export function bedrockCharges(): Charge[] {
  return MANAGED.flatMap((model) =>
    (['input', 'output'] as const).map((direction, index) => ({
      account: PLATFORM,
      region: AI_VIRGINIA,
      resource: resourceOf(model),
      product: 'AmazonBedrock',
      family: 'Amazon Bedrock',
      usage: `${model.key}-${direction}-tokens`,
      operation: 'InvokeModelInference',
      unit: '1K tokens',
      price: model.prices[index] ?? 0,
      payment: ON_DEMAND,
      attributes: { model: model.name, inference_type: direction === 'input' ? 'Input tokens' : 'Output tokens' },
      tags: model.tags,
      amountAt: (hour: number) =>
        thousands(hour, { name: `${model.key}/${direction}`, tokens: model.tokens[index] ?? 0 }),
    })),
  );
}

function resourceOf(model: ManagedModel): string {
  const profile = `application-inference-profile/${hexDigits(`profile/${model.key}`, 12)}`;
  return `arn:aws:bedrock:us-east-1:${PLATFORM.id}:${Object.keys(model.tags).length > 0 ? profile : 'inference'}`;
}

function thousands(hour: number, { name, tokens }: { name: string; tokens: number }): number | undefined {
  const asked = conversations(hour);
  return asked > 0 ? Math.round(asked * tokens * between(`${name}/${hour}`, 0.9, 1.1)) / 1_000 : undefined;
}
