/** Values of several metrics at one time under one set of dimensions. */
export interface MetricPoint {
  readonly namespace: string;
  /** ISO 8601 UTC. */
  readonly at: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly values: Readonly<Record<string, number>>;
}

/** A log line of which CloudWatch makes metrics: the embedded metric format. */
export type EmbeddedMetrics = Readonly<Record<string, unknown>> & {
  readonly _aws: {
    /** Milliseconds since 1970. */
    readonly Timestamp: number;
    readonly CloudWatchMetrics: readonly [
      {
        readonly Namespace: string;
        readonly Dimensions: readonly [readonly string[]];
        readonly Metrics: readonly { readonly Name: string; readonly Unit: 'None' }[];
      },
    ];
  };
};

/** Amazon CloudWatch User Guide, "Specification: Embedded metric format": metrics of one directive, dimensions of one set. */
const MOST = { metrics: 100, dimensions: 30 } as const;
/** CloudWatch API Reference, Dimension: a value has 1 to 1024 printable ASCII characters. */
const LONGEST_VALUE = 1024;

/**
 * A point as log lines, as few as the format allows; none where it has no value that is a finite number. Throws a
 * RangeError for more dimensions than the format knows.
 */
export function embeddedMetrics({ namespace, at, dimensions, values }: MetricPoint): EmbeddedMetrics[] {
  const names = Object.keys(dimensions);
  if (names.length > MOST.dimensions)
    throw new RangeError(`Cannot write metrics: expected at most ${MOST.dimensions} dimensions, got ${names.length}`);
  const texts = Object.fromEntries(Object.entries(dimensions).map(([name, text]) => [name, dimensionText(text)]));
  const finite = Object.entries(values).filter(([, value]) => Number.isFinite(value));
  return chunksOf(finite, MOST.metrics).map((some) => ({
    ...texts,
    ...Object.fromEntries(some),
    _aws: {
      Timestamp: Date.parse(at),
      CloudWatchMetrics: [
        { Namespace: namespace, Dimensions: [names], Metrics: some.map(([Name]) => ({ Name, Unit: 'None' })) },
      ],
    },
  }));
}

function dimensionText(text: string): string {
  const printable = text.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, LONGEST_VALUE);
  return printable.trim() === '' ? '(unknown)' : printable;
}

function chunksOf<Part>(parts: readonly Part[], most: number): Part[][] {
  const chunks: Part[][] = [];
  for (let first = 0; first < parts.length; first += most) chunks.push(parts.slice(first, first + most));
  return chunks;
}
