import type { AskRequest, BigQueryCall, ProviderOption } from './live.ts';

/** The options of every provider that is a table of BigQuery; the adapter reads those about identity and price. */
export const TABLE_OPTIONS = {
  project: { about: 'Google Cloud project that runs the query and pays for it', required: true },
  dataset: { about: 'Dataset of the export, `dataset` or `project.dataset`', required: true },
  audience: {
    about:
      'Workload identity pool provider that trusts the AWS account, //iam.googleapis.com/projects/<number>/locations/global/workloadIdentityPools/<pool>/providers/<provider>; without it the credentials of this machine are used',
  },
  service_account: {
    about: 'E-mail of a service account that the identity acts as; without it the identity itself asks',
  },
  location: { about: 'Location of the dataset, for instance EU; BigQuery finds it where none is given' },
  max_gib_billed: { about: 'Most gibibytes that one query may be billed for; 100 where none is given' },
} as const satisfies Readonly<Record<string, ProviderOption>>;

const PLAIN_NAME = /^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)?$/;
/** What stands in a statement for the table. */
const PLACEHOLDER = '`exported_table`';

interface TableQuery {
  /** Common SQL over `exported_table`, with parameters as `@name`. */
  readonly sql: string;
  readonly table: string;
  readonly parameters: Readonly<Record<string, string>>;
}

/** A query of the table that the options name. Throws a RangeError for a name that could be more than a name. */
export function tableCall(options: AskRequest['options'], { sql, table, parameters }: TableQuery): BigQueryCall {
  const { project = '', dataset = '' } = options;
  const whole = `${dataset.includes('.') ? dataset : `${project}.${dataset}`}.${table}`;
  for (const name of [project, dataset, table]) {
    if (!PLAIN_NAME.test(name)) throw new RangeError(`Cannot ask BigQuery: expected the name of a table, got ${whole}`);
  }
  return { transport: 'bigquery', project, sql: sql.replace(PLACEHOLDER, `\`${whole}\``), parameters };
}

/**
 * Opens JSON lines: one SELECT that gives each column under its contract name from the key that the export's statement
 * gives it (`project.id` comes as `project_id`).
 */
export function openLines(columns: readonly { readonly name: string }[]): string {
  const cells = columns.map(({ name }) => `row_json ->> '$.${keyOf(name)}' AS "${name}"`);
  return `SELECT file_row, ${cells.join(', ')} FROM (SELECT file_row, TRY_CAST(line AS JSON) AS row_json FROM raw WHERE trim(line) <> '')`;
}

/** SQL truth about a line that holds a key. */
export function holdsKey(key: string): string {
  return `json_exists(TRY_CAST(line AS JSON), '$.${keyOf(key)}')`;
}

/** BigQuery gives no result column a name with dots. */
function keyOf(name: string): string {
  return name.replaceAll('.', '_');
}
