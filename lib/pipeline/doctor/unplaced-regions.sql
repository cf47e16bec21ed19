-- Finding  regions whose energy is known and whose zone, PUE or grid factor is not
-- Unit     kWh of IT energy, to the Wh
-- Grain    provider x region
-- Reads    ledger
-- Own hosts without a site are told by homeless-hosts.sql.
SELECT
    provider_name,
    region_id,
    concat_ws(', ',
        CASE WHEN bool_or(grid_zone IS NULL) THEN 'the grid zone' END,
        CASE WHEN bool_or(pue IS NULL) THEN 'the PUE' END,
        CASE WHEN bool_or(grid_zone IS NOT NULL AND pue IS NOT NULL) THEN 'a grid factor of the zone' END
    ) AS lacks,
    joules_to_kwh(sum(it_energy_joules))::DECIMAL(28,3)::VARCHAR AS kwh
FROM ledger
WHERE it_energy_joules > 0 AND provider_name <> 'own' AND emissions_location_gco2e IS NULL
GROUP BY provider_name, region_id
ORDER BY sum(it_energy_joules) DESC, provider_name, region_id
