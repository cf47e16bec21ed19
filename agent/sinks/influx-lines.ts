import type { Point } from './points.ts';

/**
 * A point in line protocol, nanoseconds
 * (https://docs.influxdata.com/influxdb/v2/reference/syntax/line-protocol/). A text may not hold a line's end anywhere: it
 * becomes a space. Tags are in the order of their names, as the server likes them best.
 */
export function lineOf({ measurement, tags, fields, atMs }: Point): string {
  const named = Object.entries(tags).sort(([a], [b]) => (a < b ? -1 : 1));
  const series = [escaped(measurement, /[, ]/g), ...named.map(([name, text]) => `${tagged(name)}=${tagged(text)}`)];
  const values = Object.entries(fields).map(([name, value]) => `${tagged(name)}=${fieldText(value)}`);
  return `${series.join(',')} ${values.join(',')} ${BigInt(atMs) * 1_000_000n}`;
}

/** A backslash at the end would escape what follows: the format has no way to write one there. */
function tagged(text: string): string {
  return escaped(text.replace(/\\+$/, ''), /[,= ]/g) || '_';
}

function escaped(text: string, special: RegExp): string {
  return text.replaceAll(/[\r\n]+/g, ' ').replaceAll(special, '\\$&');
}

function fieldText(value: number | string): string {
  if (typeof value === 'number') return String(value);
  return `"${value.replaceAll(/[\r\n]+/g, ' ').replaceAll(/["\\]/g, '\\$&')}"`;
}
