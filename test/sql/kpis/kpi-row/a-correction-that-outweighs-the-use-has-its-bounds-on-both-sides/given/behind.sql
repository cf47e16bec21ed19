SELECT 'region' AS dimension, 'eastus' AS dimension_value, NULL::VARCHAR AS scope, -100::DECIMAL(38,6) AS it_energy_joules,
    -100::DECIMAL(38,6) AS modelled_joules, NULL::DECIMAL(38,6) AS filled_joules, ['cpu'] AS boundary, NULL::VARCHAR[] AS factor_ids, 1 AS coverage_ratio
