import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import type { Asked, Said } from './answering-server.ts';
import { inputOf, json } from './aws-server.ts';

/** The endpoint that the service names: queries go there, not to the host that was asked for it. */
export const ENDPOINT = 'query-cell2.timestream.eu-west-1.amazonaws.com';

/** A Parquet file for each day that has records. */
export type Days = Readonly<Record<string, string>>;

/**
 * Timestream as its references say: the endpoint that queries go to (DescribeEndpoints), and an UNLOAD that writes results, manifest
 * and metadata below its folder in `<root>/<bucket>` and answers with one row (developer guide, "UNLOAD Concepts").
 */
export function timestreamAnswer(asked: Asked, root: string, days: Days): Said {
  if (operationOf(asked) === 'DescribeEndpoints')
    return json({ Endpoints: [{ Address: ENDPOINT, CachePeriodInMinutes: 1440 }] });
  return json(unload(String(inputOf(asked)['QueryString']), root, days));
}

/** `Query`, `DescribeEndpoints` */
export function operationOf({ headers }: Asked): string | undefined {
  return String(headers['x-amz-target']).split('.')[1];
}

/** The day that a query asks for. */
export function dayOf(asked: Asked): string | undefined {
  return /time > from_iso8601_timestamp\('([\d-]{10})/.exec(String(inputOf(asked)['QueryString']))?.[1];
}

/** The row of an UNLOAD. */
export function unloadedRow(rows: number, folder: string, queryId = 'AEDAG') {
  const values = [String(rows), `${folder}${queryId}_metadata.json`, `${folder}${queryId}_manifest.json`];
  const types = { rows: 'BIGINT', metadataFile: 'VARCHAR', manifestFile: 'VARCHAR' };
  return {
    Rows: [{ Data: values.map((ScalarValue) => ({ ScalarValue })) }],
    ColumnInfo: Object.entries(types).map(([Name, ScalarType]) => ({ Name, Type: { ScalarType } })),
    QueryId: queryId,
    QueryStatus: { ProgressPercentage: 100, CumulativeBytesScanned: 1000, CumulativeBytesMetered: 10_000_000 },
  };
}

let queries = 0;

function unload(statement: string, root: string, days: Days) {
  const [, folder = ''] = /TO '(s3:\/\/[^']+\/)' WITH/.exec(statement) ?? [];
  const [, day = ''] = /time > from_iso8601_timestamp\('([\d-]{10})/.exec(statement) ?? [];
  const queryId = `AEDAG${++queries}`;
  const place = (name: string) => join(root, folder.slice('s3://'.length), name);
  const file = days[day];
  const names = file === undefined ? [] : [`results/${queryId}_1.parquet`];
  mkdirSync(dirname(place('results/x')), { recursive: true });
  for (const name of names) copyFileSync(String(file), place(name));
  const result_files = names.map((name) => ({
    url: `${folder}${name}`,
    file_metadata: { content_length_in_bytes: 32_295, row_count: 1 },
  }));
  const query_metadata = { total_row_count: names.length, result_format: 'PARQUET' };
  writeFileSync(place(`${queryId}_manifest.json`), JSON.stringify({ result_files, query_metadata }));
  writeFileSync(place(`${queryId}_metadata.json`), JSON.stringify({ ColumnInfo: [] }));
  return unloadedRow(names.length, folder, queryId);
}
