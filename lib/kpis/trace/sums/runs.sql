-- Sum     runs whose emissions are known
-- Unit    runs
-- Grain   run
-- Reads   run_sum, variables traced_dimension, traced_value
SELECT run_id, outcome, 1 AS quantity
FROM run_sum
WHERE emissions_location_gco2e IS NOT NULL
  AND (getvariable('traced_dimension') IS NULL OR run_id = getvariable('traced_value'))
ORDER BY run_id
