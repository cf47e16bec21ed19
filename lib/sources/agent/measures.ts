/** What the agent counts of work, in its own unit. Seconds are sums over requests: of their latency, and of their time in the queue. */
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
