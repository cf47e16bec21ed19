-- Sum     location-based emissions of the traced lines: facility energy x grid factor of the hour
-- Unit    gCO2e; the factor is the mean over the hours, by energy
-- Grain   site x zone x component x basis x method x PUE
-- Reads   traced
SELECT
    site, grid_zone, component, basis, method,
    sum(it_energy_joules) AS it_energy_joules,
    pue,
    sum(facility_energy_joules) AS facility_energy_joules,
    (sum(emissions_location_gco2e)::DOUBLE / nullif(joules_to_kwh(sum(facility_energy_joules))::DOUBLE, 0))::DECIMAL(18,6) AS carbon_intensity_gco2e_per_kwh,
    sum(emissions_location_gco2e) AS quantity
FROM traced
WHERE emissions_location_gco2e IS NOT NULL
GROUP BY site, grid_zone, component, basis, method, pue
ORDER BY site, grid_zone, component, basis, method, pue
