-- Sum     facility energy of the traced lines: IT energy x PUE
-- Unit    joules
-- Grain   site x zone x component x basis x method x PUE
-- Reads   traced
SELECT
    site, grid_zone, component, basis, method,
    sum(it_energy_joules) AS it_energy_joules,
    pue,
    sum(facility_energy_joules) AS quantity
FROM traced
WHERE facility_energy_joules IS NOT NULL
GROUP BY site, grid_zone, component, basis, method, pue
ORDER BY site, grid_zone, component, basis, method, pue
