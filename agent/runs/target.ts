import type { RunEnd } from './windows.ts';

/** Levels that tell how good a model has become, by their names in `target_metric`. */
const RESULTS = ['loss', 'accuracy'] as const;

/**
 * What a run reached: as whoever ended it says. Where no value is told, it is what its training showed last of the metric that
 * is named, or of loss or accuracy where it shows one of them alone; unknown where it showed none.
 */
export function reachedBy(
  { target_metric, target_value }: RunEnd,
  shown: ReadonlyMap<string, number>,
): Pick<RunEnd, 'target_metric' | 'target_value'> {
  if (target_value !== undefined) return { target_metric, target_value };
  const results = RESULTS.filter((name) => shown.has(name));
  const metric = target_metric ?? (results.length === 1 ? results[0] : undefined);
  return { target_metric: metric, target_value: metric === undefined ? undefined : shown.get(metric) };
}
