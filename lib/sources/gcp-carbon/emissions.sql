-- Fact    fct_provider_emissions: what Google Cloud itself reports for a project, a region and a service
-- Unit    gCO2e; Google writes kilograms (kgCO2e), converted once, in the CTE `gram`
-- Grain   month x billing account x project x region x zone x service x model version
-- Reads   landed (columns of carbon_footprint)
-- Google has a row for each zone of a region and each billing account of a project, and an export deals its rows to several files:
-- `reported_part` keeps them apart, so that a row counts once in whatever file it stands.
-- A project that was deleted has no id: its emissions stay, under its number, else under the billing account.
WITH gram AS (
    SELECT
        date_trunc('month', usage_month)::TIMESTAMP AS period_start,
        coalesce(nullif("project.id", ''), nullif("project.number", ''), billing_account_id) AS account_id,
        coalesce(nullif("location.region", ''), nullif("location.location", '')) AS region_id,
        nullif("service.description", '') AS service_name,
        concat_ws('/', billing_account_id, nullif("location.location", '')) AS reported_part,
        carbon_model_version AS model_version,
        ("carbon_footprint_kgCO2e.scope1" * 1000)::DECIMAL(28, 6) AS scope_1,
        ("carbon_footprint_kgCO2e.scope2.location_based" * 1000)::DECIMAL(28, 6) AS scope_2_location,
        ("carbon_footprint_kgCO2e.scope2.market_based" * 1000)::DECIMAL(28, 6) AS scope_2_market,
        ("carbon_footprint_kgCO2e.scope3" * 1000)::DECIMAL(28, 6) AS scope_3,
        ("carbon_footprint_total_kgCO2e.location_based" * 1000)::DECIMAL(28, 6) AS total_location,
        ("carbon_footprint_total_kgCO2e.market_based" * 1000)::DECIMAL(28, 6) AS total_market
    FROM landed
)
SELECT
    period_start,
    'Google Cloud' AS provider_name,
    account_id,
    region_id,
    service_name,
    reported_part,
    sum(scope_1) AS scope_1_gco2e,
    sum(scope_2_location) AS scope_2_location_gco2e,
    sum(scope_2_market) AS scope_2_market_gco2e,
    sum(scope_3) AS scope_3_gco2e,
    sum(total_location) AS total_location_gco2e,
    sum(total_market) AS total_market_gco2e,
    model_version
FROM gram
GROUP BY period_start, account_id, region_id, service_name, reported_part, model_version
ORDER BY account_id, region_id, service_name, reported_part, model_version
