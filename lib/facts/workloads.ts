import { likePattern, literal } from '../landing/warehouse.ts';
import { WORKLOAD_COLUMNS, WORKLOAD_TYPES } from './columns.ts';

/** What a rule looks at. Values may hold `*` for any text; every condition named must hold. */
interface WorkloadMatch {
  readonly tag?: Readonly<Record<string, string>> | undefined;
  readonly label?: Readonly<Record<string, string>> | undefined;
  readonly pod?: string | undefined;
  readonly namespace?: string | undefined;
  readonly job?: string | undefined;
  readonly resource?: string | undefined;
  readonly account?: string | undefined;
  readonly service?: string | undefined;
}

/** What a rule says: a fixed text, or `tag:<key>` for the value of a tag or label. */
type WorkloadNames = Readonly<Partial<Record<(typeof WORKLOAD_COLUMNS)[number]['name'], string | undefined>>>;

/** A rule of the settings that names whose work a row is. */
export interface WorkloadRule {
  readonly match: WorkloadMatch;
  readonly set: WorkloadNames;
}

/** Columns of a facts statement that a rule may look at, beside `tags`. */
const MATCHED_COLUMNS = { resource: 'resource_id', account: 'sub_account_id', service: 'service_name' } as const;
/**
 * How providers decorate the keys of tags that users set. `resourceTags/` is AWS's in the column `tags` of CUR 2.0, which has tags of
 * accounts, users and cost categories beside them (Data Exports user guide, tags column): a rule names those with their prefix.
 */
const TAG_PREFIXES = ['user_', '', 'user:', 'resourceTags/', 'resourceTags/user_', 'resourceTags/user:'] as const;

/**
 * The four workload columns as SQL over the columns of a facts statement. For each column the first rule that matches
 * and names it wins; where none does, what the source itself said stands; else NULL.
 */
export function workloadColumns(rules: readonly WorkloadRule[], available: ReadonlySet<string>): Map<string, string> {
  return new Map(WORKLOAD_COLUMNS.map(({ name }) => [name, workloadColumn(name, rules, available)]));
}

function workloadColumn(
  name: keyof WorkloadNames,
  rules: readonly WorkloadRule[],
  available: ReadonlySet<string>,
): string {
  const own = available.has(name) ? named(name) : 'NULL';
  const branches = rules.flatMap((rule) => {
    const said = rule.set[name];
    const value = said === undefined ? undefined : saidValue(name, said, available);
    const condition = matchCondition(rule.match, available);
    return value && condition ? [{ condition, value, isFixed: !said?.startsWith('tag:') }] : [];
  });
  const cases = branches.map(({ condition, value, isFixed }) => {
    const holds = [...(condition === 'TRUE' ? [] : [condition]), ...(isFixed ? [] : [`${value} IS NOT NULL`])];
    return `WHEN ${holds.join(' AND ') || 'TRUE'} THEN ${value}`;
  });
  return cases.length === 0 ? own : `CASE ${cases.join(' ')} ELSE ${own} END`;
}

function saidValue(name: keyof WorkloadNames, said: string, available: ReadonlySet<string>): string | undefined {
  if (!said.startsWith('tag:')) return literal(said);
  if (!available.has('tags')) return undefined;
  const value = tagValue(said.slice('tag:'.length));
  if (name !== 'workload_type') return value;
  // Not IN: of six constants DuckDB makes a table and joins each row to it.
  const allowed = WORKLOAD_TYPES.map(literal).join(', ');
  return `CASE WHEN list_contains([${allowed}], ${value}) THEN ${value} WHEN ${value} IS NOT NULL THEN 'other' END`;
}

/** The condition in SQL; undefined where it looks at a column that the source does not have, and so never holds. */
function matchCondition(match: WorkloadMatch, available: ReadonlySet<string>): string | undefined {
  const { tag, label, ...named } = match;
  const keyed = Object.entries({ ...label, ...tag }).map(([key, pattern]) => ({
    column: tagValue(key),
    pattern,
    needs: 'tags',
  }));
  const plain = Object.entries(named).map(([name, pattern]) => {
    const column = MATCHED_COLUMNS[name as keyof typeof MATCHED_COLUMNS];
    return { column: column ?? tagValue(name), pattern: String(pattern), needs: column ?? 'tags' };
  });
  const conditions = [...keyed, ...plain];
  if (conditions.some(({ needs }) => !available.has(needs))) return undefined;
  return conditions.map(({ column, pattern }) => matches(column, pattern)).join(' AND ') || 'TRUE';
}

function matches(column: string, pattern: string): string {
  // Ids of Azure come in several cases.
  if (column === MATCHED_COLUMNS.resource) return matches(`lower(${column})`, pattern.toLowerCase());
  // A spreadsheet takes zeros off the beginning of an AWS account.
  if (column === MATCHED_COLUMNS.account && /^(?=\d{1,12}$)0*[1-9]/.test(pattern))
    return `ltrim(${column}, '0') = ${literal(pattern.replace(/^0+/, ''))}`;
  if (!pattern.includes('*')) return `${column} = ${literal(pattern)}`;
  return `${column} LIKE ${literal(likePattern(pattern))} ESCAPE '\\'`;
}

function tagValue(key: string): string {
  return `coalesce(${TAG_PREFIXES.map((prefix) => named(`tags[${literal(prefix + key)}]`)).join(', ')})`;
}

/** An empty text names nobody: a cut has one row of what nobody named, not two that look alike. */
function named(column: string): string {
  return `nullif(${column}, '')`;
}
