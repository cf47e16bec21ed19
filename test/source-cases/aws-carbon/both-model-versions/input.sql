SELECT
    TIMESTAMP '2026-08-01 00:00:00' AS last_refresh_timestamp, location, version AS model_version, '9999' AS payer_account_id,
    product AS product_code, region AS region_code,
    'MTCO2e' AS total_mbm_emissions_unit, 1.25 AS total_mbm_emissions_value,
    'MTCO2e' AS total_lbm_emissions_unit, 2.5 AS total_lbm_emissions_value,
    'MTCO2e' AS total_scope_1_emissions_unit, 0.000001 AS total_scope_1_emissions_value,
    'MTCO2e' AS total_scope_2_lbm_emissions_unit, 1.5 AS total_scope_2_lbm_emissions_value,
    'MTCO2e' AS total_scope_2_mbm_emissions_unit, 0.25 AS total_scope_2_mbm_emissions_value,
    'MTCO2e' AS total_scope_3_lbm_emissions_unit, scope_3 AS total_scope_3_lbm_emissions_value,
    'MTCO2e' AS total_scope_3_mbm_emissions_unit, 0.9 AS total_scope_3_mbm_emissions_value,
    '1111' AS usage_account_id,
    TIMESTAMP '2026-06-01 00:00:00' AS usage_period_start, TIMESTAMP '2026-07-01 00:00:00' AS usage_period_end
FROM (VALUES
    ('v3.0.0', 'AmazonEC2', 'eu-west-2', 'EU (London)', 1.0),
    ('v3.1.0', 'AmazonEC2', 'eu-west-2', 'EU (London)', NULL),
    ('v3.1.0', 'AmazonCloudFront', NULL, 'Global', 1.0),
    ('v3.1.0', NULL, NULL, NULL, 1.0)
) AS line (version, product, region, location, scope_3)
