interface Model {
  readonly name: RegExp;
  readonly idleWatts: number;
  readonly fullWatts: number;
}

/**
 * Watts of boards when nobody uses them and at full load. T4, A10G, V100, A100: Cloud Carbon Footprint, coefficients for AWS;
 * the others: SPRUCE, whose idle power is an assumption of its authors.
 */
const MODELS: readonly Model[] = [
  { name: /\bT4\b/, idleWatts: 8, fullWatts: 71 },
  { name: /\bA10G\b/, idleWatts: 18, fullWatts: 153 },
  { name: /\bV100\b/, idleWatts: 35, fullWatts: 306 },
  { name: /\bA100\b/, idleWatts: 46, fullWatts: 407 },
  { name: /\bL4\b/, idleWatts: 8, fullWatts: 72 },
  { name: /\bL40S\b/, idleWatts: 40, fullWatts: 350 },
  { name: /\bH[12]00\b/, idleWatts: 60, fullWatts: 700 },
  { name: /\bB200\b/, idleWatts: 100, fullWatts: 1000 },
];

/** More than any board or module of 2026 draws. */
const FULL_WATTS = 1500;
/** A limit is passed for moments, and a look is up to a deadline late: twice of it is never drawn. */
const HEADROOM = 2;

/** `undefined` for a model that is not in the table. */
export function idleWattsOf(model: string): number | undefined {
  return maybeModel(model)?.idleWatts;
}

/** What the device cannot draw, in watts, from the limit that its driver enforces, else from the table. */
export function powerLimitOf(model: string, enforcedMilliwatts: number | undefined): number {
  const enforced = enforcedMilliwatts ? enforcedMilliwatts / 1000 : undefined;
  return HEADROOM * (enforced ?? maybeModel(model)?.fullWatts ?? FULL_WATTS);
}

/** The one model whose energy counter is known to hold its processor and memory too (github.com/ml-energy/zeus/pull/172). */
export function isWholeModule(model: string): boolean {
  return /\bGH200\b/.test(model);
}

function maybeModel(model: string): Model | undefined {
  return MODELS.find(({ name }) => name.test(model));
}
