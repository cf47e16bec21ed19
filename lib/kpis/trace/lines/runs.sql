-- Lines   energy of the run, or of all runs of the month
-- Unit    joules, gCO2e, billing currency
-- Grain   that of the ledger
-- Reads   ledger, run_sum, variables traced_dimension, traced_value
SELECT *
FROM ledger
WHERE facility_energy_joules IS NOT NULL
  AND workload_id IN (
      SELECT workload_id FROM run_sum WHERE getvariable('traced_dimension') IS NULL OR run_id = getvariable('traced_value')
  )
