import type { WorkloadRule } from '../../facts/workloads.ts';
import { identifier, literal, type Warehouse } from '../../landing/warehouse.ts';
import type { Finding } from './finding.ts';

/** Fact tables that bear workloads. */
const NAMED = ['fct_cost', 'fct_energy', 'fct_activity', 'fct_run'] as const;

/** Rules of the settings that left no trace: no row of the month bears what they say. */
export async function examineRules(rules: readonly WorkloadRule[], warehouse: Warehouse): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const [index, rule] of rules.entries()) {
    const [seen] = await warehouse.query(
      `SELECT count(*)::VARCHAR AS rows FROM (${NAMED.map((table) => bearers(table, rule)).join(' UNION ALL ')})`,
    );
    if (seen?.['rows'] === '0') findings.push(neverSeen(index, rule));
  }
  return findings;
}

function bearers(table: string, { set }: WorkloadRule): string {
  const conditions = Object.entries(set).flatMap(([name, said]) => (said === undefined ? [] : [condition(name, said)]));
  return `(SELECT 1 FROM ${table} WHERE ${conditions.join(' AND ') || 'true'} LIMIT 1)`;
}

/** A name that is copied from a tag may be there on one row and absent on the next; one that is fixed may not. */
function condition(name: string, said: string): string {
  return said.startsWith('tag:') ? 'true' : `${identifier(name)} = ${literal(said)}`;
}

function neverSeen(index: number, { match, set }: WorkloadRule): Finding {
  return {
    about: `workloads[${index}]`,
    weight: 'trouble',
    what: `no row of the month bears ${JSON.stringify(set)}, so the rule for ${JSON.stringify(match)} never matched`,
    why: 'its work is counted as nobody’s, or under another name',
    mend: 'compare the rule with the tags of the bill and the labels of the hosts; the first rule that names a column wins',
  };
}
