-- Shape   one figure's rows with what every figure carries: scope, basis mix, boundary, coverage, factors
-- Unit    the figure's own
-- Grain   dimension x value
-- Reads   figure (the KPI's own query), behind (the energy behind it)
-- A correction of earlier use may outweigh the use: its value is below zero, and so is its lower bound. Where it outweighs the use of one
-- basis alone, the energy has no mix of bases.
-- Values are kept to twelve places and are not rounded for show; lib/disclosure/format.ts does that.
SELECT
    figure.dimension,
    figure.dimension_value,
    figure.value::DECIMAL(38,12) AS value,
    figure.numerator::DECIMAL(38,12) AS numerator,
    figure.denominator::DECIMAL(38,12) AS denominator,
    CASE
        WHEN figure.value >= half.width OR figure.value < 0 THEN figure.value::DOUBLE - half.width
        WHEN half.width IS NOT NULL THEN 0
    END::DECIMAL(38,12) AS u95_low,
    (figure.value::DOUBLE + half.width)::DECIMAL(38,12) AS u95_high,
    behind.scope,
    CASE WHEN behind.scope = 'scope_3' THEN '1' END AS category,
    CASE WHEN whole.is_one THEN 1 - mix.modelled_ratio - mix.filled_ratio END AS measured_ratio,
    CASE WHEN whole.is_one THEN mix.modelled_ratio END AS modelled_ratio,
    CASE WHEN whole.is_one THEN mix.filled_ratio END AS filled_ratio,
    array_to_string(behind.boundary, ',') AS boundary,
    coalesce(figure.coverage_ratio, behind.coverage_ratio)::DECIMAL(18,12) AS coverage_ratio,
    array_to_string(behind.factor_ids, ',') AS factor_ids
FROM figure
LEFT JOIN behind
    ON behind.dimension IS NOT DISTINCT FROM figure.dimension AND behind.dimension_value IS NOT DISTINCT FROM figure.dimension_value
CROSS JOIN LATERAL (SELECT abs(figure.value::DOUBLE * figure.u95_ratio) AS width) AS half
CROSS JOIN LATERAL (
    SELECT
        (coalesce(behind.modelled_joules, 0)::DOUBLE / nullif(behind.it_energy_joules, 0)::DOUBLE)::DECIMAL(18,12) AS modelled_ratio,
        (coalesce(behind.filled_joules, 0)::DOUBLE / nullif(behind.it_energy_joules, 0)::DOUBLE)::DECIMAL(18,12) AS filled_ratio
) AS mix
CROSS JOIN LATERAL (
    SELECT mix.modelled_ratio >= 0 AND mix.filled_ratio >= 0 AND mix.modelled_ratio + mix.filled_ratio <= 1 AS is_one
) AS whole
ORDER BY figure.dimension NULLS FIRST, figure.dimension_value NULLS LAST
