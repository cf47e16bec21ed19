import type { BudgetLine, RunBudgets } from '../../lib/pipeline/run-budgets.ts';

const VERDICTS = { within: 'within', over: 'over', unknown: 'cannot say' } as const;

/** What `joulebook gate` prints: which run of which month, then a line a budget. Every number as it is kept; the share alone is rounded. */
export function gateWords(held: RunBudgets): string[] {
  return [headOf(held), ...held.budgets.map(lineOf)];
}

function headOf({ run, month, version, status, status_reasons: reasons }: RunBudgets): string {
  const named = run.workload_id === run.run_id ? '' : `, its workload ${run.workload_id}`;
  const why = reasons.length === 0 ? '' : ` (${reasons.join('; ')})`;
  const { run_id, outcome, started_at, ended_at } = run;
  return `run ${run_id}${named}: ${outcome ?? 'outcome unknown'}, ${started_at} to ${ended_at}; ${month} version ${version}, ${status}${why}`;
}

function lineOf(line: BudgetLine): string {
  const { verdict, figure, value, unit, share_percent: share, budget, reason } = line;
  if (value === null)
    return `${VERDICTS[verdict]}: ${figure} is not known, budget ${budget} ${unitOf(line)}; ${reason}`;
  const parts = [
    `${figure} ${value} ${unit}, ${share} % of the budget of ${budget} ${unitOf(line)}`,
    rangeOf(line),
    coverageOf(line),
    ...(reason === null ? [] : [reason]),
  ];
  return `${VERDICTS[verdict]}: ${parts.join('; ')}`;
}

/** A budget is of one run. */
function unitOf({ unit }: BudgetLine): string {
  return unit.replace(/ per run$/, '');
}

function rangeOf({ u95_low: low, u95_high: high, is_spanned: isSpanned }: BudgetLine): string {
  if (low === null || high === null) return 'no interval';
  return `95 % from ${low} to ${high}${isSpanned ? ', which spans the budget: the value decides' : ''}`;
}

function coverageOf({ coverage_ratio: ratio }: BudgetLine): string {
  return ratio === null ? 'coverage unknown' : `coverage ${ratio}`;
}
