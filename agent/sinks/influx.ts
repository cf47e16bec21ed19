import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { type Answer, post } from '../post.ts';
import { lineOf } from './influx-lines.ts';
import { ALL_WRITTEN, type LinePoint, type Written, writePoints } from './lines.ts';
import { retryAfterMs } from './retry-after.ts';
import type { InfluxSetting } from './settings.ts';
import type { Sink } from './sink.ts';
import { messageOf } from './words.ts';

/** Lines of one request, as InfluxData advises (https://docs.influxdata.com/influxdb/v2/write-data/best-practices/optimize-writes/). */
const CHUNK = 5000;
/**
 * The lines are at fault: malformed or of another type than before (400), too many at once (413), older than the bucket keeps
 * (422) (https://docs.influxdata.com/influxdb/v2/api/v2/). Everything else is the place.
 */
const REFUSALS = new Set([400, 413, 422]);

export interface InfluxEdges {
  /** The token as it stands now; `undefined` where none is set. */
  readonly token: () => Promise<string | undefined>;
  readonly now: () => Date;
}

/** InfluxDB 2 and 3, and what speaks line protocol like them, over HTTP. */
export function influxSink(setting: InfluxSetting, id: string, edges: InfluxEdges): Sink {
  const write = async (points: readonly LinePoint[]): Promise<Written> => {
    try {
      return writtenOf(await send(setting, points, edges), edges.now());
    } catch (error) {
      return { retry: messageOf(error) };
    }
  };
  return {
    id,
    deliver: (batch) => writePoints(batch, setting.workload_tags, { chunk: CHUNK, write }),
    close: () => undefined,
  };
}

async function send(setting: InfluxSetting, points: readonly LinePoint[], { token }: InfluxEdges): Promise<Answer> {
  const text = points.map(({ point }) => `${lineOf(point)}\n`).join('');
  const known = await token();
  const headers = {
    'content-type': 'text/plain; charset=utf-8',
    'content-encoding': 'gzip',
    ...(known !== undefined && { authorization: `Token ${known}` }),
  };
  return post(addressOf(setting), { headers, body: await promisify(gzip)(text) });
}

function addressOf({ url, bucket, org }: InfluxSetting): URL {
  const address = new URL(url);
  address.pathname = `${address.pathname.replace(/\/$/, '')}/api/v2/write`;
  address.search = String(new URLSearchParams({ bucket, precision: 'ns', ...(org && { org }) }));
  return address;
}

function writtenOf({ status, retryAfter, text }: Answer, now: Date): Written {
  if (status >= 200 && status < 300) return ALL_WRITTEN;
  const said = `the server answers ${status}: ${text.replaceAll(/\s+/g, ' ').slice(0, 200)}`;
  if (REFUSALS.has(status)) return { oneRefused: said };
  return { retry: said, afterMs: retryAfterMs(retryAfter, now) };
}
