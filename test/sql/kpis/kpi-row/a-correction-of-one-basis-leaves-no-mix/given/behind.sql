SELECT NULL::VARCHAR AS dimension, NULL::VARCHAR AS dimension_value, NULL::VARCHAR AS scope, 100::DECIMAL(38,6) AS it_energy_joules,
    -20::DECIMAL(38,6) AS modelled_joules, NULL::DECIMAL(38,6) AS filled_joules, ['gpu'] AS boundary, ['f'] AS factor_ids, 0.9 AS coverage_ratio
UNION ALL
SELECT 'project', 'chat', NULL, -50, -50, NULL, ['gpu'], ['f'], 1
