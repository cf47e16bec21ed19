import type { Distribution, Level, Measure } from '../../lib/landing/activity-record.ts';

/** Where labels must have these values for a series to be read; an empty one is an absent one. */
export type Where = Readonly<Record<string, string>>;

interface CounterRule {
  readonly metric: string;
  readonly where?: Where;
  readonly measure: Measure;
  /** Millionths of the measure in one unit of the counter: 1 000 000, or 1 where it counts microseconds for seconds. */
  readonly microsPerUnit?: number;
}

interface LevelRule {
  readonly metric: string;
  readonly where?: Where;
  readonly level: Level;
}

/** A histogram, by the name of its family: the buckets of a page end in `_bucket`. */
interface HistogramRule {
  readonly metric: string;
  readonly where?: Where;
  readonly measure: Distribution;
}

/** A kind of target: how its page is told from others, and what of it is read. */
export interface Framework {
  readonly name: string;
  /** Where its numbers and their meaning are documented. */
  readonly reference: string;
  /** A page that has one of these names is of this kind. */
  readonly detectedBy: readonly string[];
  /** `activity.workload_type`, for kinds that do one kind of work. */
  readonly workloadType: string | null;
  readonly counters: readonly CounterRule[];
  /** Where a page has a level or a histogram under several names, the first of them counts: newer versions come first. */
  readonly levels: readonly LevelRule[];
  readonly histograms: readonly HistogramRule[];
  /** Names that are kept for whoever asks for a reading, and are no activity. */
  readonly watched: readonly string[];
  /** Labels that name the model, the first that is there. */
  readonly modelLabels: readonly string[];
  /** Labels by which ranks of one server repeat the same reading: the greatest stands for all. */
  readonly rankLabels?: readonly string[];
  /** The page is the JSON object of TensorRT-LLM's /energy_metrics: its numbers become samples of these names. */
  readonly jsonNames?: Readonly<Record<string, string>>;
  /** URL path by which such a page is known before it is read. */
  readonly path?: string;
}
