import { readFile } from 'node:fs/promises';

import { fileSink } from './file.ts';
import { influxSink } from './influx.ts';
import { s3Sink } from './s3.ts';
import { type InfluxSetting, idOf, type SinkSetting } from './settings.ts';
import type { Sink } from './sink.ts';
import { timestreamSink } from './timestream.ts';

export interface SinkEdges {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly now: () => Date;
}

/** The sink of a setting. Nothing is opened and no client is loaded before the first delivery. */
export function openSink(setting: SinkSetting, edges: SinkEdges): Sink {
  const id = idOf(setting);
  switch (setting.kind) {
    case 's3':
      return s3Sink(setting, id, edges);
    case 'file':
      return fileSink(setting, id);
    case 'influx':
      return influxSink(setting, id, { now: edges.now, token: () => tokenOf(setting, edges) });
    case 'timestream':
      return timestreamSink(setting, id);
  }
}

/** A token that cannot be read is a fault of the place: the batch comes again when it is there. */
async function tokenOf(setting: InfluxSetting, { environment }: SinkEdges): Promise<string | undefined> {
  const { token_file: path, token_env: variable } = setting;
  if (path !== undefined) return (await readFile(path, 'utf8')).trim();
  if (variable === undefined) return undefined;
  const token = environment[variable];
  if (token) return token;
  throw new Error(`Cannot write to ${setting.url}: expected a token in the variable ${variable}, got none`);
}
