import { ENERGY_BEHIND } from '../lib/kpis/behind.ts';
import { withWarehouse } from './support/with-warehouse.ts';

const RUNS = `SELECT * FROM (VALUES
  ('try-1', 'goal', 'failed', false, 4, 0, ['cpu'], 'scope_2'),
  ('try-2', 'goal', 'succeeded', false, 6, 0, ['gpu'], 'scope_2'),
  ('lost', 'lost', 'failed', false, 2, 2, ['gpu'], 'scope_2'),
  ('mixed', 'mixed', 'succeeded', false, 5, 0, ['gpu'], NULL),
  ('again', 'mixed', 'failed', false, 5, 0, ['gpu'], 'scope_2'),
  ('unread', 'goal', 'failed', false, NULL, NULL, NULL, NULL),
  ('tracked', 'tracked', NULL, true, 90, 90, ['memory'], 'scope_3')
) AS given (run_id, solution_id, outcome, is_open, it_energy_joules, modelled_joules, boundary, scope)`;

test('behind energy to solution stand the runs that it adds up: all on the way to the goal, none of unknown outcome', () =>
  withWarehouse(async (warehouse) => {
    await warehouse.run(
      `CREATE TEMP TABLE run_sum AS SELECT *, 0 AS filled_joules, NULL::VARCHAR[] AS factor_ids FROM (${RUNS})`,
    );
    const rows = await warehouse.query(
      `SELECT dimension_value, it_energy_joules::INTEGER AS joules, modelled_joules::INTEGER AS modelled, boundary::VARCHAR AS boundary, scope
       FROM (${ENERGY_BEHIND.goals}) ORDER BY dimension_value NULLS FIRST`,
    );
    expect(rows).toEqual([
      { dimension_value: null, joules: 22, modelled: 2, boundary: '[cpu, gpu]', scope: null },
      { dimension_value: 'mixed', joules: 10, modelled: 0, boundary: '[gpu]', scope: null },
      { dimension_value: 'try-2', joules: 10, modelled: 0, boundary: '[cpu, gpu]', scope: 'scope_2' },
    ]);
  }));
