SELECT NULL::VARCHAR AS dimension, NULL::VARCHAR AS dimension_value, NULL::VARCHAR AS scope, 100::DECIMAL(38,6) AS it_energy_joules,
    30::DECIMAL(38,6) AS modelled_joules, 20::DECIMAL(38,6) AS filled_joules, ['cpu', 'gpu'] AS boundary, ['f'] AS factor_ids, 0.9 AS coverage_ratio
UNION ALL
SELECT 'project', 'chat', 'scope_3', 50, 50, NULL, ['gpu'], NULL, 0.5
