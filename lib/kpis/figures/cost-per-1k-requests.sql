-- KPI     kpi.cost_per_1k_requests: effective cost of serving for each thousand requests
-- Unit    currency
-- Grain   total and one row a model
-- Reads   serving
-- Requests of models without a bill are left out: an own host is not free, its cost is unknown.
-- coverage_ratio: requests of models with a bill of all requests x, where a model stands on own hosts beside billed ones, the billed part of the hours
SELECT
    dimension,
    dimension_value,
    1000 * effective_cost::DOUBLE / priced_quantity::DOUBLE AS value,
    effective_cost AS numerator,
    priced_quantity AS denominator,
    NULL AS u95_ratio,
    billed_ratio * priced_quantity::DOUBLE / quantity::DOUBLE AS coverage_ratio
FROM serving
WHERE measure = 'requests' AND priced_quantity > 0 AND effective_cost IS NOT NULL
