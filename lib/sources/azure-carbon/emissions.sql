-- Fact    fct_provider_emissions: what Azure itself reports for a subscription, a region and a type of resource
-- Unit    gCO2e; Azure writes kilograms (kgCO2e), converted once, in the CTE `gram`
-- Grain   month x subscription x region x resource type
-- Reads   landed (azure-carbon/open.sql)
-- The total is the sum of the scopes in which Azure lists the group, as its own sums are. Which Scope 2 it is stands in the
-- settings; the other method stays unknown.
WITH gram AS (
    SELECT
        month,
        scope,
        scope_2_method,
        subscription_id,
        nullif(replace(lower(location), ' ', ''), '') AS region_id,
        lower(resource_type) AS service_name,
        (latest_month_emissions * 1000)::DECIMAL(28, 6) AS emissions
    FROM landed
    WHERE latest_month_emissions IS NOT NULL
),
listed AS (
    SELECT
        month,
        subscription_id,
        region_id,
        service_name,
        any_value(scope_2_method) AS scope_2_method,
        sum(emissions) FILTER (WHERE scope = 'Scope1') AS scope_1,
        sum(emissions) FILTER (WHERE scope = 'Scope2') AS scope_2,
        sum(emissions) FILTER (WHERE scope = 'Scope3') AS scope_3,
        sum(emissions) AS total
    FROM gram
    GROUP BY month, subscription_id, region_id, service_name
)
SELECT
    month::TIMESTAMP AS period_start,
    'Microsoft' AS provider_name,
    subscription_id AS account_id,
    region_id,
    service_name,
    scope_1 AS scope_1_gco2e,
    CASE WHEN scope_2_method = 'location' THEN scope_2 END AS scope_2_location_gco2e,
    CASE WHEN scope_2_method = 'market' THEN scope_2 END AS scope_2_market_gco2e,
    scope_3 AS scope_3_gco2e,
    CASE WHEN scope_2_method = 'location' THEN total END AS total_location_gco2e,
    CASE WHEN scope_2_method = 'market' THEN total END AS total_market_gco2e,
    'not stated' AS model_version
FROM listed
ORDER BY account_id, region_id, service_name
