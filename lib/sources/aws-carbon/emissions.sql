-- Fact    fct_provider_emissions: what AWS itself reports for an account, a region and a service
-- Unit    gCO2e; AWS writes metric tons (MTCO2e), converted once, in the CTE `gram`
-- Grain   month x account x region x service x model version
-- Reads   landed (columns of CARBON_EMISSIONS)
-- Every model version stays; a value whose unit is not stated is unknown. Scope 3 is the location-based one, else the market-based.
WITH gram AS (
    SELECT
        *,
        CASE WHEN total_lbm_emissions_unit = 'MTCO2e' THEN total_lbm_emissions_value * 1e6 END AS total_location,
        CASE WHEN total_mbm_emissions_unit = 'MTCO2e' THEN total_mbm_emissions_value * 1e6 END AS total_market,
        CASE WHEN total_scope_1_emissions_unit = 'MTCO2e' THEN total_scope_1_emissions_value * 1e6 END AS scope_1,
        CASE WHEN total_scope_2_lbm_emissions_unit = 'MTCO2e' THEN total_scope_2_lbm_emissions_value * 1e6 END AS scope_2_location,
        CASE WHEN total_scope_2_mbm_emissions_unit = 'MTCO2e' THEN total_scope_2_mbm_emissions_value * 1e6 END AS scope_2_market,
        CASE WHEN total_scope_3_lbm_emissions_unit = 'MTCO2e' THEN total_scope_3_lbm_emissions_value * 1e6 END AS scope_3_location,
        CASE WHEN total_scope_3_mbm_emissions_unit = 'MTCO2e' THEN total_scope_3_mbm_emissions_value * 1e6 END AS scope_3_market
    FROM landed
)
SELECT
    date_trunc('month', usage_period_start) AS period_start,
    'AWS' AS provider_name,
    usage_account_id AS account_id,
    nullif(region_code, '') AS region_id,
    nullif(product_code, '') AS service_name,
    scope_1 AS scope_1_gco2e,
    scope_2_location AS scope_2_location_gco2e,
    scope_2_market AS scope_2_market_gco2e,
    coalesce(scope_3_location, scope_3_market) AS scope_3_gco2e,
    total_location AS total_location_gco2e,
    total_market AS total_market_gco2e,
    model_version,
    last_refresh_timestamp AS refreshed_at
FROM gram
