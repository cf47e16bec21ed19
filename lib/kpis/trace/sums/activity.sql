-- Sum     what was counted, by who counted it
-- Unit    the measure's own
-- Grain   source x project x model
-- Reads   traced_activity, variables traced_measure, traced_dimension, traced_value
SELECT source_id, project, model_id, sum(quantity) AS quantity
FROM traced_activity
WHERE measure = getvariable('traced_measure') AND is_traced(NULL, NULL, NULL, project, model_id, workload_type, workload_id)
GROUP BY ALL
ORDER BY ALL
