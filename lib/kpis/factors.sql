-- Step    factors: each grid factor that the month used, with its mean value by energy and its share
-- Unit    gCO2e/kWh
-- Grain   factor id
-- Reads   ledger_sum
SELECT
    factor_id AS id,
    grid_zone AS zone,
    split_part(factor_id, '/', 1) AS source,
    split_part(factor_id, '/', 3) AS kind,
    split_part(factor_id, '/', 4) AS grain,
    (sum(emissions_location_gco2e)::DOUBLE / nullif(joules_to_kwh(sum(facility_energy_joules))::DOUBLE, 0))::DECIMAL(18,6) AS value,
    min(first_hour) AS valid_from,
    max(last_hour) + INTERVAL 1 HOUR AS valid_to,
    (sum(facility_energy_joules)::DOUBLE / (SELECT sum(facility_energy_joules) FROM ledger_sum)::DOUBLE)::DECIMAL(18,12) AS energy_share
FROM ledger_sum
WHERE factor_id IS NOT NULL
GROUP BY factor_id, grid_zone
ORDER BY ALL
