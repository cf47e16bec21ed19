import type { Annex } from './annex.ts';
import { CONSISTENCY_RULES } from './lint-rules/consistency.ts';
import { METHOD_RULES } from './lint-rules/method.ts';
import type { LintRule } from './lint-rules/rule.ts';

/** What a rule has against an annex. */
export interface Finding {
  readonly rule: string;
  readonly message: string;
}

/**
 * Rules that block publication. L16 (false precision) is kept by `format.ts`, the only place that rounds; rules that the
 * annex cannot decide (L4, L8 to L10, L14, L17, L18, L20 to L24) are kept where the figures are computed.
 */
export const LINT_RULES: readonly LintRule[] = [...METHOD_RULES, ...CONSISTENCY_RULES];

/** Everything that forbids to publish the annex, in the order of the rules; empty for a publishable one. */
export function lintAnnex(annex: Annex): Finding[] {
  return LINT_RULES.flatMap(({ id, check }) => check(annex).map((message) => ({ rule: id, message })));
}
