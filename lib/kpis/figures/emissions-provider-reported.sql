-- KPI     emissions.provider_reported: what the providers say of themselves, Scopes 1 to 3, location-based
-- Unit    kgCO2e
-- Grain   total and one row a provider or region
-- Reads   provider_emissions
-- A parallel view: never added to our own figures, never turned back into kWh.
-- What a provider reports market-based alone is in the reconciliation: the two methods are never added up.
SELECT
    CASE WHEN grouping(provider_name) = 0 THEN 'provider' WHEN grouping(region_id) = 0 THEN 'region' END AS dimension,
    coalesce(provider_name, region_id) AS dimension_value,
    sum(total_location_gco2e) / 1000 AS value,
    NULL AS numerator, NULL AS denominator, NULL AS u95_ratio, NULL AS coverage_ratio
FROM provider_emissions
GROUP BY GROUPING SETS ((), (provider_name), (region_id))
HAVING count(total_location_gco2e) > 0
