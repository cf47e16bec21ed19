-- Lines   inference of models that count what they serve
-- Unit    joules, gCO2e, billing currency
-- Grain   that of the ledger
-- Reads   ledger, activity_sum, variables traced_measure, traced_dimension, traced_value
SELECT *
FROM ledger
WHERE workload_type = 'inference'
  AND model_id IN (
      SELECT model_id
      FROM activity_sum
      WHERE coalesce(workload_type, 'inference') = 'inference' AND measure = getvariable('traced_measure')
      GROUP BY model_id
      HAVING sum(quantity) > 0
  )
  AND is_traced(provider_name, region_id, scope, project, model_id, workload_type, workload_id)
