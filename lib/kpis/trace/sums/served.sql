-- Sum     what the models of the traced lines served, by who counted it
-- Unit    the measure's own
-- Grain   source x model
-- Reads   traced_activity, traced, variable traced_measure
SELECT source_id, model_id, sum(quantity) AS quantity
FROM traced_activity
WHERE measure = getvariable('traced_measure') AND coalesce(workload_type, 'inference') = 'inference'
  AND model_id IN (SELECT model_id FROM traced)
GROUP BY ALL
ORDER BY ALL
