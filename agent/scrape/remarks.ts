import type { Measure } from '../../lib/landing/activity-record.ts';
import type { ActivityIncrease } from './activity.ts';

/** What is known of one measure that a target should count. */
export interface MeasureState {
  readonly measure: Measure;
  /** The counter it is read from, as the page names it. */
  readonly metric: string;
  readonly framework: string;
  readonly isOnPage: boolean;
  readonly hasMoved: boolean;
  /** Time since it moved last, or since the target was first seen. */
  readonly stillMs: number;
}

/** What the GPUs of a target draw. */
export interface GpuPower {
  readonly powerWatts: number;
  /** What they draw when nobody uses them. */
  readonly idlePowerWatts?: number | undefined;
}

/** A measure whose zero is not believed. */
export interface Remark {
  readonly measure: Measure;
  readonly framework: string;
  readonly reason: 'never-moved' | 'metric-absent';
  /** `scraped, but vllm:generation_tokens_total never moved while the GPU drew 300 W` */
  readonly text: string;
}

/** A long prompt keeps a GPU busy for some seconds before the first token of its answer is counted. */
const STILL_MS = 60_000;
/** Where the reader of the GPU knows no better: an H100 without work draws 70 W (capture of nvidia_gpu_exporter). */
const IDLE_WATTS = 100;
const BUSY_RATIO = 1.5;
/** Measure while a GPU works on an answer or a step; the others may well stand still. */
const AT_WORK: readonly Measure[] = ['output_tokens', 'training_tokens', 'steps', 'samples'];
/** Measure at the end of a request only: they may stand still while others move. */
const AT_THE_END: readonly Measure[] = ['requests', 'input_tokens'];

/**
 * The counters of a target that cannot be right: they stand still, or are not on its page, while its GPUs are at work.
 * Nothing is said where the power is not known.
 */
export function remarksOn(measures: readonly MeasureState[], gpu: GpuPower | undefined): Remark[] {
  if (!gpu || gpu.powerWatts <= (gpu.idlePowerWatts ?? IDLE_WATTS) * BUSY_RATIO) return [];
  const isAllStill = measures.every(({ stillMs }) => stillMs >= STILL_MS);
  return measures
    .filter(({ measure }) => AT_WORK.includes(measure) || (AT_THE_END.includes(measure) && isAllStill))
    .filter(({ stillMs }) => stillMs >= STILL_MS)
    .map((state) => remarkOn(state, Math.round(gpu.powerWatts)));
}

/** The increases with a gap in place of each zero that is not believed, and one for each counter that is not there. */
export function withRemarks(
  increases: readonly ActivityIncrease[],
  remarks: readonly Remark[],
  span: Pick<ActivityIncrease, 'target' | 'from' | 'to'>,
): ActivityIncrease[] {
  const doubted = new Map(remarks.map((remark) => [remark.measure, remark]));
  const believed = increases.map((increase) => {
    const remark = doubted.get(increase.measure);
    return remark && increase.micros === 0n ? { ...increase, micros: undefined, gap: remark.reason } : increase;
  });
  const seen = new Set(increases.map(({ measure }) => measure));
  const absent = remarks.filter(({ measure }) => !seen.has(measure));
  return [
    ...believed,
    ...absent.map(({ measure, framework, reason }) => ({
      ...span,
      framework,
      measure,
      model: undefined,
      micros: undefined,
      gap: reason,
      quality: [],
    })),
  ];
}

function remarkOn({ measure, metric, framework, isOnPage, hasMoved, stillMs }: MeasureState, watts: number): Remark {
  const what = isOnPage
    ? `${metric} ${hasMoved ? `has not moved for ${Math.round(stillMs / 1000)} s` : 'never moved'}`
    : `${metric} is not on the page`;
  const reason = isOnPage ? 'never-moved' : 'metric-absent';
  return { measure, framework, reason, text: `scraped, but ${what} while the GPU drew ${watts} W` };
}
