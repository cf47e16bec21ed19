import type { Kind } from '../spool/batch.ts';

/** One moment of one series, for stores of time series: tags name the series, fields are its values. */
export interface Point {
  readonly measurement: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly fields: Readonly<Record<string, number | string>>;
  readonly atMs: number;
  /** Of two points of one series and moment the higher version stands. */
  readonly version: number;
}

type Fields = Readonly<Record<string, unknown>>;

const PLACE = ['host_id', 'resource_id'] as const;
const LEVEL_FIELDS = ['last', 'mean', 'minimum', 'maximum', 'samples', 'seconds'] as const;

/**
 * The points of one line. Energy of workloads is added up by the tags that are wanted: of two workloads with the same
 * tags the second would overwrite the first. Throws where the line is not one of the agent's.
 */
export function pointsOf(line: string, kind: Kind, workloadTags: readonly string[]): Point[] {
  const fields = fieldsOf(JSON.parse(line));
  if (kind === 'telemetry') return telemetryPoints(fields, workloadTags);
  return kind === 'activity' ? activityPoints(fields, workloadTags) : [runPoint(fields)];
}

function telemetryPoints(record: Fields, workloadTags: readonly string[]): Point[] {
  const tags = tagsOf(record, [...PLACE, 'component', 'domain', 'method', 'basis']);
  const stamp = stampOf(record, 'period_end');
  const fields = {
    ...numbersOf(record, ['energy_joules', 'idle_joules', 'unattributed_joules', 'u95_ratio']),
    ...textsOf(record, ['gap_reason']),
    duration_seconds: (stamp.atMs - instantOf(record, 'period_start')) / 1000,
  };
  const device = { measurement: 'joulebook_energy', tags, fields, ...stamp };
  return [device, ...workloadPoints(record, { tags, stamp, workloadTags })];
}

function workloadPoints(
  record: Fields,
  {
    tags,
    stamp,
    workloadTags,
  }: { tags: Point['tags']; stamp: Pick<Point, 'atMs' | 'version'>; workloadTags: readonly string[] },
): Point[] {
  const points = new Map<string, Point>();
  for (const share of listOf(record['shares']).map(fieldsOf)) {
    const workload = workloadOf(share, workloadTags);
    const named = { ...tags, ...workload };
    const key = JSON.stringify(workload);
    const before = Number(points.get(key)?.fields['energy_joules'] ?? 0);
    const fields = { energy_joules: before + numberOf(share['energy_joules']) };
    points.set(key, { measurement: 'joulebook_workload_energy', tags: named, fields, ...stamp });
  }
  return [...points.values()];
}

/** One point, with the level where the measure is one; of what is counted in buckets one point a bucket. */
function activityPoints(record: Fields, workloadTags: readonly string[]): Point[] {
  const workload = workloadOf(record, workloadTags);
  const tags = {
    ...tagsOf(record, [...PLACE, 'target', 'framework', 'measure']),
    ...workload,
    ...modelOf(record, workload),
  };
  const stamp = stampOf(record, 'period_end');
  const duration_seconds = (stamp.atMs - instantOf(record, 'period_start')) / 1000;
  if (record['buckets'] != null)
    return listOf(record['buckets'])
      .map(fieldsOf)
      .map((bucket) => ({
        measurement: 'joulebook_activity_bucket',
        tags: { ...tags, ...tagsOf(bucket, ['over', 'up_to']) },
        fields: { ...numbersOf(bucket, ['count']), duration_seconds },
        ...stamp,
      }));
  const level = record['level'] == null ? {} : numbersOf(fieldsOf(record['level']), LEVEL_FIELDS);
  const fields = {
    ...numbersOf(record, ['quantity']),
    ...Object.fromEntries(Object.entries(level).map(([name, value]) => [`level_${name}`, value])),
    ...textsOf(record, ['gap_reason']),
    duration_seconds,
  };
  return [{ measurement: 'joulebook_activity', tags, fields, ...stamp }];
}

/** The model as the page names it, where nothing else tells the models of one target apart: one would overwrite the other. */
function modelOf(record: Fields, { model_id, labels }: Readonly<Record<string, string>>): Record<string, string> {
  const named = tagsOf(fieldsOf(record['labels'] ?? {}), ['model_name']);
  return labels !== undefined || named['model_name'] === model_id ? {} : named;
}

function runPoint(record: Fields): Point {
  const byComponent = fieldsOf(record['energy_joules']);
  const joules = Object.entries(byComponent).map(([component, value]) => [`${component}_joules`, numberOf(value)]);
  return {
    measurement: 'joulebook_run',
    tags: tagsOf(record, ['host_id', 'project', 'model_id', 'workload_type', 'outcome']),
    fields: {
      ...textsOf(record, ['run_id']),
      ...Object.fromEntries(joules),
      duration_seconds: (instantOf(record, 'ended_at') - instantOf(record, 'started_at')) / 1000,
    },
    ...stampOf(record, 'ended_at'),
  };
}

/** The number of a record rises for ever, so it is its version; a run has none, and is written once. */
function stampOf(record: Fields, column: string): Pick<Point, 'atMs' | 'version'> {
  return { atMs: instantOf(record, column), version: Number(record['seq'] ?? 1) };
}

function instantOf(record: Fields, column: string): number {
  const at = Date.parse(String(record[column]));
  if (Number.isNaN(at))
    throw new Error(`Cannot read ${column}: expected an instant, got ${JSON.stringify(record[column])}`);
  return at;
}

function tagsOf(record: Fields, names: readonly string[]): Record<string, string> {
  return textsOf(record, names);
}

/** Names of a workload; of its labels, where they are wanted, one text of JSON, the same for the same labels. */
function workloadOf(record: Fields, names: readonly string[]): Record<string, string> {
  const labels = names.includes('labels') ? Object.entries(fieldsOf(record['labels'] ?? {})) : [];
  const sorted = labels.sort(([one], [other]) => (one < other ? -1 : 1));
  return {
    ...tagsOf(record, names),
    ...(sorted.length > 0 && { labels: JSON.stringify(Object.fromEntries(sorted)) }),
  };
}

function textsOf(record: Fields, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => (typeof record[name] === 'string' && record[name] !== '' ? [[name, record[name]]] : [])),
  );
}

/** What is unknown is left out: there is no number for it. */
function numbersOf(record: Fields, names: readonly string[]): Record<string, number> {
  return Object.fromEntries(names.flatMap((name) => (record[name] == null ? [] : [[name, numberOf(record[name])]])));
}

function numberOf(value: unknown): number {
  const number = typeof value === 'string' || typeof value === 'number' ? Number(value) : Number.NaN;
  if (!Number.isFinite(number))
    throw new Error(`Cannot read a number: expected decimal text, got ${JSON.stringify(value)}`);
  return number;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function fieldsOf(value: unknown): Fields {
  if (typeof value === 'object' && value !== null) return value as Fields;
  throw new Error(`Cannot read a record: expected an object, got ${JSON.stringify(value)}`);
}
