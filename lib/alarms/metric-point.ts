/** Values of several metrics at one time under one set of dimensions. */
export interface MetricPoint {
  readonly namespace: string;
  /** ISO 8601 UTC. */
  readonly at: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly values: Readonly<Record<string, number>>;
}
