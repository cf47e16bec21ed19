-- Sum     market-based emissions: Scope 2 lines at the residual mix or grid average and what instruments leave of it, the rest location-based
-- Unit    gCO2e
-- Grain   site x zone x scope x component x basis x method x rule
-- Reads   market_line (as figures/emissions-market.sql does)
SELECT
    site, grid_zone, scope, component, basis, method, rule,
    sum(facility_energy_joules) AS facility_energy_joules,
    sum(emissions_location_gco2e) AS emissions_location_gco2e,
    sum(before_instruments_gco2e) AS before_instruments_gco2e,
    sum(gco2e) AS quantity
FROM market_line
WHERE is_traced(provider_name, region_id, scope, project, model_id, workload_type, workload_id)
GROUP BY site, grid_zone, scope, component, basis, method, rule
ORDER BY site, grid_zone, scope, component, basis, method, rule
