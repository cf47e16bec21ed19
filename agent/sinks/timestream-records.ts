import type { _Record, MeasureValue } from '@aws-sdk/client-timestream-write';

import type { LinePoint } from './lines.ts';
import type { Point } from './points.ts';

/** What one WriteRecords takes: what all records share stands once. */
export interface Request {
  readonly CommonAttributes: _Record;
  readonly Records: _Record[];
}

/**
 * Points as multi-measure records: one record a point, its fields as measures, milliseconds. A record that comes again with
 * the same version and values is accepted and changes nothing
 * (https://docs.aws.amazon.com/timestream/latest/developerguide/API_WriteRecords.html).
 */
export function recordsOf(points: readonly LinePoint[]): Request {
  const shared = sharedTags(points.map(({ point }) => point));
  const Records = points.map(({ point }) => ({
    Dimensions: dimensionsOf(Object.entries(point.tags).filter(([name]) => !shared.has(name))),
    MeasureName: point.measurement,
    MeasureValues: Object.entries(point.fields).map(([name, value]) => measureOf(name, value)),
    Time: String(point.atMs),
    // Version 0 is none.
    Version: Math.max(point.version, 1),
  }));
  const CommonAttributes = {
    Dimensions: dimensionsOf([...shared]),
    MeasureValueType: 'MULTI',
    TimeUnit: 'MILLISECONDS',
  } as const;
  return { CommonAttributes, Records };
}

function sharedTags(points: readonly Point[]): ReadonlyMap<string, string> {
  const [first, ...others] = points;
  const tags = Object.entries(first?.tags ?? {});
  return new Map(tags.filter(([name, value]) => others.every((other) => other.tags[name] === value)));
}

function dimensionsOf(tags: readonly (readonly [string, string])[]) {
  return tags.map(([Name, Value]) => ({ Name, Value }));
}

function measureOf(Name: string, value: number | string): MeasureValue {
  return { Name, Value: String(value), Type: typeof value === 'number' ? 'DOUBLE' : 'VARCHAR' };
}
