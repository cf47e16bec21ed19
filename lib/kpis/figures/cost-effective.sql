-- KPI     cost.effective: FOCUS EffectiveCost: amortised cost after discounts
-- Unit    currency
-- Grain   total and one row a dimension value
-- Reads   cut
-- Whatever a bill says, with energy or without
SELECT
    dimension,
    dimension_value,
    effective_cost AS value,
    NULL AS numerator,
    NULL AS denominator,
    NULL AS u95_ratio,
    NULL AS coverage_ratio
FROM cut
WHERE effective_cost IS NOT NULL
