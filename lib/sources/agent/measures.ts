/** What the agent counts of work, in its own unit: quantities of one measure add up. */
export const MEASURES = [
  'requests',
  'errors',
  'input_tokens',
  'output_tokens',
  'cached_tokens',
  'training_tokens',
  'steps',
  'samples',
  'request_seconds',
  'queued_request_seconds',
] as const;

/** What has a level at each moment: readings of it never add up. */
export const LEVELS = [
  'queued_requests',
  'running_requests',
  'kv_cache_ratio',
  'loss',
  'accuracy',
  'learning_rate',
] as const;

/** What is counted by how long it took: counts of one bucket, between the same two bounds, add up; quantiles do not. */
export const DISTRIBUTIONS = [
  'requests_by_latency',
  'requests_by_time_to_first_token',
  'tokens_by_inter_token_latency',
] as const;

/** How two rows of a measure become one: by addition; as a level; or by addition within a bucket. */
type Aggregation = 'sum' | 'level' | 'buckets';

interface MeasureMeaning {
  readonly aggregation: Aggregation;
  readonly unit: string;
  readonly meaning: string;
}

const sum = (unit: string, meaning: string): MeasureMeaning => ({ aggregation: 'sum', unit, meaning });
const level = (unit: string, meaning: string): MeasureMeaning => ({ aggregation: 'level', unit, meaning });
const buckets = (unit: string, meaning: string): MeasureMeaning => ({ aggregation: 'buckets', unit, meaning });

/** Every measure that the agent books, as docs/data-dictionary.md prints it. */
export const MEASURE_MEANINGS = {
  requests: sum('requests', 'Requests that ended'),
  errors: sum('requests', 'Requests that failed; not those that their client gave up'),
  input_tokens: sum('tokens', 'Tokens that were read, cached ones among them'),
  output_tokens: sum('tokens', 'Tokens that were generated'),
  cached_tokens: sum('tokens', 'Input tokens that came from a cache'),
  training_tokens: sum('tokens', 'Tokens that a training read'),
  steps: sum('steps', 'Steps of a training'),
  samples: sum('samples', 'Samples that a training read'),
  request_seconds: sum('s', 'Latency summed over the requests that ended'),
  queued_request_seconds: sum('request·s', 'Requests in the queue times the time they stood there'),
  queued_requests: level('requests', 'Requests that wait'),
  running_requests: level('requests', 'Requests that are being served'),
  kv_cache_ratio: level('ratio', 'Part of the key-value cache in use; of several engines behind one page, their mean'),
  loss: level("the training's own", 'Loss as the training says it'),
  accuracy: level("the training's own", 'Accuracy as the training says it'),
  learning_rate: level("the training's own", 'Learning rate as the training says it'),
  requests_by_latency: buckets('requests', 'Requests that ended, by seconds from arrival to end'),
  requests_by_time_to_first_token: buckets('requests', 'Requests, by seconds from arrival to their first token'),
  tokens_by_inter_token_latency: buckets(
    'tokens',
    'Output tokens after the first, by seconds since the one before; with speculative decoding, groups of tokens',
  ),
} as const satisfies Readonly<
  Record<(typeof MEASURES)[number] | (typeof LEVELS)[number] | (typeof DISTRIBUTIONS)[number], MeasureMeaning>
>;
