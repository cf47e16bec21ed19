import type {
  AlarmsReport,
  Collection,
  CollectReport,
  DisclosureReport,
  DistributionReport,
  FactsReport,
  KpiReport,
  MonthRun,
  SettleReport,
  Shard,
  Workplace,
} from './stage.ts';

/** Asks for the parts of a stage's work. */
export interface PartsRequest extends MonthRun {
  readonly stage: 'collection' | 'facts' | 'settlement';
  /** For the collection: what the run was asked for. Sources of these kinds alone; empty or absent for all. */
  readonly asked?: { readonly kinds?: readonly string[] };
  /** For the facts: how the collection of each source ended. */
  readonly collected?: readonly (CollectReport | MissedSource)[];
}

/** Asks for the halves of a shard that its worker could not hold. */
export interface HalvesRequest extends Shard {
  readonly stage: 'halves';
  /** What the worker said, as the state machine writes it. */
  readonly failure: { readonly Error: string; readonly Cause: string };
}

type PlanRequest = PartsRequest | HalvesRequest;

/** The parts: `collections` for the collection, `shards` for all others. */
export interface Plan {
  readonly collections?: readonly Collection[];
  readonly shards?: readonly Shard[];
}

/** What the state machine writes in place of a report where a source stayed away to the end. */
export interface MissedSource {
  readonly source_id: string;
  /** Name of the error, for instance `SourceUnavailable`. */
  readonly error: string;
  /** On a laptop the error's message; from a Lambda JSON text with `errorMessage`. See `reasonOf`. */
  readonly cause: string;
}

/** What the disclosure is written from, beside the book: what the collection of each source came to. */
export interface DisclosureRequest extends MonthRun {
  readonly collected?: readonly (CollectReport | MissedSource)[];
}

/** The stages of a month, as `stages.ts` exports them. */
export interface Stages {
  plan(input: PlanRequest, workplace: Workplace): Promise<Plan>;
  collect(input: Collection, workplace: Workplace): Promise<CollectReport>;
  buildFacts(input: Shard, workplace: Workplace): Promise<FactsReport>;
  settle(input: Shard, workplace: Workplace): Promise<SettleReport>;
  computeKpis(input: MonthRun, workplace: Workplace): Promise<KpiReport>;
  raiseAlarms(input: MonthRun, workplace: Workplace): Promise<AlarmsReport>;
  writeDisclosure(input: DisclosureRequest, workplace: Workplace): Promise<DisclosureReport>;
  distribute(input: DisclosureReport, workplace: Workplace): Promise<DistributionReport>;
}

/** The same stages with their workplace at hand: what a state of the machine calls. */
export type Handlers = {
  readonly [Name in keyof Stages]: (input: Parameters<Stages[Name]>[0]) => ReturnType<Stages[Name]>;
};

/** Each function of the definition, by its folder in `lambdas/`, and the stage that it carries out. */
export const FUNCTIONS = {
  plan: 'plan',
  collect: 'collect',
  'build-facts': 'buildFacts',
  settle: 'settle',
  'compute-kpis': 'computeKpis',
  'raise-alarms': 'raiseAlarms',
  'write-disclosure': 'writeDisclosure',
  distribute: 'distribute',
} as const satisfies Record<string, keyof Stages>;

/** Gives each stage a workplace of its own kind: the way from `STAGES` to what `runLocally` takes. */
export function handlersAt(workplace: Workplace, stages: Stages): Handlers {
  return {
    plan: (input) => stages.plan(input, workplace),
    collect: (input) => stages.collect(input, workplace),
    buildFacts: (input) => stages.buildFacts(input, workplace),
    settle: (input) => stages.settle(input, workplace),
    computeKpis: (input) => stages.computeKpis(input, workplace),
    raiseAlarms: (input) => stages.raiseAlarms(input, workplace),
    writeDisclosure: (input) => stages.writeDisclosure(input, workplace),
    distribute: (input) => stages.distribute(input, workplace),
  };
}

/** Why a source was missed, for people: the message alone, wherever the month was closed. */
export function reasonOf({ error, cause }: MissedSource): string {
  return `${error}: ${messageIn(cause) ?? cause}`;
}

/** Lambda writes a cause as `{"errorType","errorMessage","trace"}`; the service itself writes plain words. */
function messageIn(cause: string): string | undefined {
  if (!cause.startsWith('{')) return undefined;
  try {
    const message: unknown = JSON.parse(cause).errorMessage;
    return typeof message === 'string' ? message : undefined;
  } catch {
    return undefined;
  }
}
