-- Sum     embodied emissions of the traced lines: hours x the hardware's emissions over its life
-- Unit    gCO2e
-- Grain   site x instance type
-- Reads   traced
SELECT site, resource_type, sum(embodied_gco2e) AS quantity
FROM traced
WHERE embodied_gco2e IS NOT NULL
GROUP BY ALL
ORDER BY ALL
