-- Sum     what the providers report of themselves, location-based
-- Unit    gCO2e
-- Grain   provider x account x region x service x carbon model
-- Reads   provider_emissions
SELECT
    provider_name, account_id, region_id, service_name, model_version,
    sum(total_location_gco2e) AS quantity
FROM provider_emissions
WHERE total_location_gco2e IS NOT NULL
  AND is_traced(provider_name, region_id, NULL, NULL, NULL, NULL, NULL)
GROUP BY ALL
ORDER BY ALL
