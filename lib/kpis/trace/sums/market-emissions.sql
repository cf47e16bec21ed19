-- Sum     market-based emissions: Scope 2 lines of a zone with instruments at what those leave, the rest location-based
-- Unit    gCO2e
-- Grain   site x zone x scope x component x basis x method
-- Reads   ledger_sum, instrument_use (as figures/emissions-market.sql does)
WITH line AS (
    SELECT
        ledger_sum.*,
        CASE WHEN instrument_use.grid_zone IS NOT NULL AND scope = 'scope_2' THEN 'instruments' ELSE 'location-based' END AS rule,
        CASE
            WHEN instrument_use.grid_zone IS NOT NULL AND scope = 'scope_2'
                THEN (emissions_market_gco2e::DOUBLE * instrument_use.after_gco2e / nullif(instrument_use.before_gco2e, 0))::DECIMAL(28,6)
            ELSE emissions_location_gco2e
        END AS gco2e
    FROM ledger_sum
    LEFT JOIN instrument_use USING (grid_zone)
    WHERE emissions_location_gco2e IS NOT NULL
      AND is_traced(provider_name, region_id, scope, project, model_id, workload_type, workload_id)
)
SELECT
    site, grid_zone, scope, component, basis, method, rule,
    sum(emissions_location_gco2e) AS emissions_location_gco2e,
    sum(gco2e) AS quantity
FROM line
GROUP BY site, grid_zone, scope, component, basis, method, rule
ORDER BY site, grid_zone, scope, component, basis, method, rule
