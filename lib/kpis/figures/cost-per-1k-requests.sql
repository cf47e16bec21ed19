-- KPI     kpi.cost_per_1k_requests: effective cost of serving for each thousand requests
-- Unit    currency
-- Grain   total and one row a model
-- Reads   serving
-- A ratio of sums over inference that is counted, idle named to it and overhead included; a mean, not a median
SELECT
    dimension, dimension_value,
    1000 * effective_cost::DOUBLE / quantity::DOUBLE AS value,
    effective_cost AS numerator,
    quantity AS denominator,
    NULL AS u95_ratio,
    coverage_ratio
FROM serving
WHERE measure = 'requests' AND quantity > 0 AND effective_cost IS NOT NULL
