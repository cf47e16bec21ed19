-- KPI     activity.output_tokens: output tokens that were served, as the servers or the bill counted them
-- Unit    count
-- Grain   total and one row a workload dimension value
-- Reads   activity_cut
SELECT
    dimension,
    dimension_value,
    quantity AS value,
    NULL AS numerator,
    NULL AS denominator,
    NULL AS u95_ratio,
    NULL AS coverage_ratio
FROM activity_cut
WHERE measure = 'output_tokens'
