/**
 * Where the energy behind a figure is told: each view gives dimension, dimension_value, scope, it_energy_joules,
 * modelled_joules, filled_joules, boundary, factor_ids and coverage_ratio, for the columns that every figure carries.
 */
const COLUMNS =
  'dimension, dimension_value, scope, it_energy_joules, modelled_joules, filled_joules, boundary, factor_ids';

const SHARE_COLUMNS = COLUMNS.replace('factor_ids', 'NULL::VARCHAR[] AS factor_ids').concat(', coverage_ratio');

const NO_ENERGY = `NULL::DECIMAL(38,6) AS it_energy_joules, NULL::DECIMAL(38,6) AS modelled_joules, NULL::DECIMAL(38,6) AS filled_joules,
              NULL::VARCHAR[] AS boundary, NULL::VARCHAR[] AS factor_ids, NULL::DOUBLE AS coverage_ratio`;

/** Several runs together. A run whose own energy is of two scopes names none, and then neither do they. */
const OF_RUNS = `CASE WHEN min(scope) = max(scope) AND count(scope) = count(it_energy_joules) THEN min(scope) END AS scope, sum(it_energy_joules) AS it_energy_joules,
              sum(modelled_joules) AS modelled_joules, sum(filled_joules) AS filled_joules, list_sort(list_distinct(flatten(list(boundary)))) AS boundary,
              list_sort(list_distinct(flatten(list(factor_ids)))) AS factor_ids, NULL::DOUBLE AS coverage_ratio`;

/** The energy behind a figure as a SELECT: its mix of bases, boundary, factors and coverage, cut as the figure is. */
export const ENERGY_BEHIND = {
  /** All energy of the cut. */
  ledger: `SELECT ${COLUMNS}, coalesce(known_hours, 0)::DOUBLE / nullif(expected_hours, 0)::DOUBLE AS coverage_ratio FROM cut`,
  /** All energy of the cut, with the factors of the market-based figure. */
  market: `SELECT ${COLUMNS.replace('factor_ids', 'market_factor_ids AS factor_ids')}, coalesce(known_hours, 0)::DOUBLE / nullif(expected_hours, 0)::DOUBLE AS coverage_ratio FROM cut`,
  /** What devices drew while no workload used them. */
  idle: `SELECT ${SHARE_COLUMNS} FROM share_cut WHERE share = 'idle'`,
  /** What no workload is known for. */
  unattributed: `SELECT ${SHARE_COLUMNS} FROM share_cut WHERE share = 'unattributed'`,
  /** Inference whose requests are counted. */
  requests: `SELECT ${COLUMNS}, coverage_ratio FROM serving WHERE measure = 'requests'`,
  /** Inference whose output tokens are counted. */
  output_tokens: `SELECT ${COLUMNS}, coverage_ratio FROM serving WHERE measure = 'output_tokens'`,
  /** Training and batch runs. */
  runs: `SELECT 'workload_id' AS dimension, run_id AS dimension_value, scope, it_energy_joules, modelled_joules, filled_joules,
           boundary, factor_ids, NULL::DOUBLE AS coverage_ratio FROM run_sum
         UNION ALL
         SELECT NULL, NULL, ${OF_RUNS} FROM run_sum`,
  /** All runs on the way to a goal, at the run that reached it. */
  goals: `SELECT 'workload_id' AS dimension, max(run_id) FILTER (WHERE outcome = 'succeeded') AS dimension_value, ${OF_RUNS}
          FROM run_sum GROUP BY solution_id HAVING count(*) FILTER (WHERE outcome = 'succeeded') > 0
          UNION ALL
          SELECT NULL, NULL, ${OF_RUNS} FROM run_sum WHERE NOT is_open`,
  /** None: hardware and what providers say of themselves. */
  nothing: `SELECT dimension, dimension_value, scope, ${NO_ENERGY} FROM cut`,
  /** None, and no emissions either, so no scope of theirs: money and counts. */
  neither: `SELECT dimension, dimension_value, NULL::VARCHAR AS scope, ${NO_ENERGY} FROM cut`,
} as const;

/** Which energy stands behind a figure. */
export type EnergyBehind = keyof typeof ENERGY_BEHIND;
