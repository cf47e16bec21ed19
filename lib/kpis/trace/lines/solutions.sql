-- Lines   energy of every run on the way to the goal of the run, or to all goals
-- Unit    joules, gCO2e, billing currency
-- Grain   that of the ledger
-- Reads   ledger, run_sum, variables traced_dimension, traced_value
SELECT *
FROM ledger
WHERE facility_energy_joules IS NOT NULL
  AND workload_id IN (
      SELECT workload_id
      FROM run_sum
      WHERE getvariable('traced_dimension') IS NULL AND NOT is_open
         OR solution_id IN (SELECT solution_id FROM run_sum WHERE run_id = getvariable('traced_value'))
  )
