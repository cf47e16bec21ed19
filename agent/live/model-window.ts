import type { Spending } from '../spending.ts';
import { identityOf, labelText } from './workload-name.ts';
import type { Dealt } from './workload-totals.ts';

/** What a model server did since it was last asked. */
export interface ActivityIncrease {
  readonly model_id: string | null;
  /** `requests`, `output_tokens`, …: the words of the column `measure`. */
  readonly measure: string;
  /** A number or its decimal text; null where the server was asked and the increase is not known. */
  readonly quantity: number | string | null;
}

/** What one model did in a part of the window; a measure is absent where nothing was said of it, null where it is not known. */
interface ModelUse {
  readonly energyMicrojoules: bigint;
  readonly bases: ReadonlySet<string>;
  readonly activity: Readonly<Record<string, number | null>>;
}

/** What is known of some time. */
interface Part {
  readonly models: ReadonlyMap<string, ModelUse>;
  /** Devices whose energy was not known for some of the time. */
  readonly gaps: ReadonlySet<string>;
}

interface Slice extends Part {
  readonly startMs: number;
}

/** The last minutes of every model, in slices. */
export interface ModelWindow {
  readonly slices: readonly Slice[];
  /** Energy since model servers were last asked what they did: it counts as soon as that is known, and not before. */
  readonly waiting: Part;
  /** Devices that ever gave energy to a model, for as long as the model is in the window. */
  readonly servedBy: ReadonlyMap<string, ReadonlySet<string>>;
}

const NOTHING: Part = { models: new Map(), gaps: new Set() };

export const NO_MODELS: ModelWindow = { slices: [], waiting: NOTHING, servedBy: new Map() };

export interface WindowAt {
  readonly runningMs: number;
  readonly windowMs: number;
}

/** Energy and activity of a model over the window; both are known for all of it. */
export interface ModelRate {
  readonly model_id: string;
  readonly basis: string;
  readonly joules: number;
  readonly requests: number | undefined;
  readonly outputTokens: number | undefined;
}

const SLICES = 30;
/** Model names come from outside: beyond so many in one slice, further ones are left out. */
const MOST_MODELS = 200;
const MICROJOULES_PER_JOULE = 1e6;
const UNUSED: ModelUse = { energyMicrojoules: 0n, bases: new Set(), activity: {} };

/** The window with the energy of one more tick, as dealt out, and with the devices that did not say: both wait for what was done. */
export function withModelEnergy(
  window: ModelWindow,
  dealt: readonly Dealt[],
  spendings: readonly Spending[],
  at: WindowAt,
): ModelWindow {
  const moved = movedTo(window, at);
  const servedBy = new Map(moved.servedBy);
  const waiting = editable(moved.waiting);
  for (const { spent, device } of spendings) if ('gap' in spent) waiting.gaps.add(device.domain);
  for (const [model, gain] of gainsOf(dealt))
    if (put(waiting, model, (use) => withEnergy(use, gain)))
      servedBy.set(model, new Set([...(servedBy.get(model) ?? []), ...gain.domains]));
  return { ...moved, waiting, servedBy };
}

function withEnergy(
  use: ModelUse,
  { energyMicrojoules, bases }: Pick<ModelUse, 'energyMicrojoules' | 'bases'>,
): ModelUse {
  return {
    ...use,
    energyMicrojoules: use.energyMicrojoules + energyMicrojoules,
    bases: new Set([...use.bases, ...bases]),
  };
}

interface Gain {
  energyMicrojoules: bigint;
  readonly bases: Set<string>;
  readonly domains: Set<string>;
}

function gainsOf(dealt: readonly Dealt[]): Map<string, Gain> {
  const gains = new Map<string, Gain>();
  for (const { device, parts } of dealt) {
    parts.users.forEach((workload, at) => {
      const energyMicrojoules = parts.energies[at] ?? 0n;
      // Most workloads serve no model.
      const model_id = workload.names.model_id && identityOf(workload).labels.model_id;
      if (!model_id || energyMicrojoules === 0n) return;
      const gain = gains.get(model_id) ?? { energyMicrojoules: 0n, bases: new Set(), domains: new Set() };
      gain.energyMicrojoules += energyMicrojoules;
      gain.bases.add(device.basis);
      gain.domains.add(device.domain);
      gains.set(model_id, gain);
    });
  }
  return gains;
}

/** The window with what model servers did since they were last asked, and with the energy of that time. */
export function withModelActivity(
  window: ModelWindow,
  increases: readonly ActivityIncrease[],
  at: WindowAt,
): ModelWindow {
  const moved = movedTo(window, at);
  const [now = { ...NOTHING, startMs: at.runningMs }] = moved.slices.slice(-1);
  const part = editable(now);
  for (const [model, waiting] of moved.waiting.models) put(part, model, (use) => withEnergy(use, waiting));
  for (const domain of moved.waiting.gaps) part.gaps.add(domain);
  for (const { model_id, measure, quantity } of increases) {
    if (model_id)
      put(part, labelText(model_id), (use) => ({ ...use, activity: withMeasure(use.activity, measure, quantity) }));
  }
  return { ...moved, waiting: NOTHING, slices: [...moved.slices.slice(0, -1), { ...part, startMs: now.startMs }] };
}

/**
 * The models whose energy is known for the whole window. One that was served by a device that did not say for some of the
 * time is left out: its energy would be too low.
 */
export function ratesOf({ slices, servedBy }: ModelWindow): ModelRate[] {
  const gaps = new Set(slices.flatMap((slice) => [...slice.gaps]));
  const models = [...servedBy].filter(([, domains]) => ![...domains].some((domain) => gaps.has(domain)));
  return models.map(([model]) => rateOf(model, slices)).filter(({ joules }) => joules > 0);
}

function rateOf(model: string, slices: readonly Slice[]): ModelRate {
  const uses = slices.flatMap(({ models }) => models.get(model) ?? []);
  const energy = uses.reduce((sum, { energyMicrojoules }) => sum + energyMicrojoules, 0n);
  const bases = [...new Set(uses.flatMap((use) => [...use.bases]))];
  return {
    model_id: model,
    basis: bases.length === 1 ? (bases[0] ?? 'mixed') : 'mixed',
    joules: Number(energy) / MICROJOULES_PER_JOULE,
    requests: sumOf('requests', uses),
    outputTokens: sumOf('output_tokens', uses),
  };
}

/** `undefined` where nobody said anything, or somebody could not say. */
function sumOf(measure: string, uses: readonly ModelUse[]): number | undefined {
  const said = uses.map(({ activity }) => activity[measure]).filter((quantity) => quantity !== undefined);
  if (said.length === 0 || said.includes(null)) return undefined;
  return said.reduce<number>((sum, quantity) => sum + (quantity ?? 0), 0);
}

function withMeasure(
  activity: ModelUse['activity'],
  measure: string,
  quantity: ActivityIncrease['quantity'],
): ModelUse['activity'] {
  const before = activity[measure];
  const gain = quantity === null ? Number.NaN : Number(quantity);
  const isKnown = before !== null && Number.isFinite(gain) && gain >= 0;
  return { ...activity, [measure]: isKnown ? (before ?? 0) + gain : null };
}

/** The window at a later moment: old slices gone, and a slice of now at its end. */
function movedTo(window: ModelWindow, { runningMs, windowMs }: WindowAt): ModelWindow {
  const { slices, waiting, servedBy } = window;
  const lengthMs = windowMs / SLICES;
  const startMs = Math.floor(runningMs / lengthMs) * lengthMs;
  const kept = slices.filter((slice) => slice.startMs > runningMs - windowMs);
  const isNew = kept.at(-1)?.startMs !== startMs;
  if (!isNew && kept.length === slices.length) return window;
  const now = isNew ? [...kept, { ...NOTHING, startMs }] : kept;
  const seen = new Set([waiting, ...now].flatMap(({ models }) => [...models.keys()]));
  return { slices: now, waiting, servedBy: new Map([...servedBy].filter(([model]) => seen.has(model))) };
}

interface EditablePart extends Part {
  readonly models: Map<string, ModelUse>;
  readonly gaps: Set<string>;
}

function editable({ models, gaps }: Part): EditablePart {
  return { models: new Map(models), gaps: new Set(gaps) };
}

function put({ models }: EditablePart, model: string, change: (use: ModelUse) => ModelUse): boolean {
  const use = models.get(model);
  if (!use && models.size >= MOST_MODELS) return false;
  models.set(model, change(use ?? UNUSED));
  return true;
}
