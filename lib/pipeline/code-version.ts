import pack from '../../package.json' with { type: 'json' };
import { PAGE_SOURCES } from '../disclosure/page-sources.ts';
import { TABLES } from '../facts/columns.ts';
import factMacros from '../facts/macros.sql' with { type: 'text' };
import { workloadColumns } from '../facts/workloads.ts';
import { KPI_STATEMENTS } from '../kpis/compute-kpis.ts';
import { REFERENCE_TABLES } from '../ledger/reference-tables.ts';
import { LEDGER_STATEMENTS } from '../ledger/settle.ts';
import { SOURCES } from '../sources/catalogue.ts';

/**
 * What a disclosure says it was made by: the package, its version, and a fingerprint of every statement, column and table of figures that
 * its numbers come from, of the templates of its pages and of the packages that it is computed and drawn with. The same on every
 * machine; another formula, factor or template is another version. TypeScript is in it only as far as it writes SQL: development
 * builds of one version number may bear one version and draw pages otherwise (docs/runbook.md#verify-says-no).
 */
export function codeVersion(fingerprint: (bytes: Uint8Array) => string): string {
  const methods = JSON.stringify(
    [
      pack.dependencies,
      SOURCES,
      factMacros,
      TABLES,
      rulesInSql(),
      LEDGER_STATEMENTS,
      REFERENCE_TABLES,
      KPI_STATEMENTS,
      PAGE_SOURCES,
    ],
    patternAsText,
  );
  return `${pack.name} ${pack.version}+${fingerprint(new TextEncoder().encode(methods)).slice(0, METHOD_DIGITS)}`;
}

const METHOD_DIGITS = 12;

/** JSON has no word for a pattern. */
function patternAsText(_: string, value: unknown): unknown {
  return value instanceof RegExp ? String(value) : value;
}

/** What rules of the settings become, of one rule of each kind. */
function rulesInSql() {
  const match = { tag: { key: 'a*' }, resource: 'b*', account: 'c', service: 'd', namespace: 'e' };
  const set = { project: 'tag:key', model_id: 'fixed', workload_type: 'tag:type' };
  return [
    ...workloadColumns([{ match, set }], new Set(['tags', 'resource_id', 'sub_account_id', 'service_name', 'project'])),
  ];
}
