import pack from '../../package.json' with { type: 'json' };
import { KPI_STATEMENTS } from '../kpis/compute-kpis.ts';
import { REFERENCE_TABLES } from '../ledger/reference-tables.ts';
import { LEDGER_STATEMENTS } from '../ledger/settle.ts';
import { SOURCES } from '../sources/catalogue.ts';

/**
 * What a disclosure says it was made by: the package, its version, and a fingerprint of every statement and table of
 * figures that its numbers come from. The same on every machine; another formula or factor is another version.
 */
export function codeVersion(fingerprint: (bytes: Uint8Array) => string): string {
  const methods = JSON.stringify([SOURCES, LEDGER_STATEMENTS, REFERENCE_TABLES, KPI_STATEMENTS]);
  return `${pack.name} ${pack.version}+${fingerprint(new TextEncoder().encode(methods)).slice(0, METHOD_DIGITS)}`;
}

const METHOD_DIGITS = 12;
