-- KPI     cost.billed: FOCUS BilledCost: the invoice
-- Unit    currency
-- Grain   total and one row a dimension value
-- Reads   cut
-- Whatever a bill says, with energy or without
SELECT
    dimension,
    dimension_value,
    billed_cost AS value,
    NULL AS numerator,
    NULL AS denominator,
    NULL AS u95_ratio,
    NULL AS coverage_ratio
FROM cut
WHERE billed_cost IS NOT NULL
