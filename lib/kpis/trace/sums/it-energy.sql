-- Sum     IT energy of the traced lines
-- Unit    joules
-- Grain   site x zone x component x basis x method
-- Reads   traced
SELECT site, grid_zone, component, basis, method, sum(it_energy_joules) AS quantity
FROM traced
WHERE it_energy_joules IS NOT NULL
GROUP BY ALL
ORDER BY ALL
