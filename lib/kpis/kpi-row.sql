-- Shape   one figure's rows with what every figure carries: scope, basis mix, boundary, coverage, factors
-- Unit    the figure's own
-- Grain   dimension x value
-- Reads   figure (the KPI's own query), cut
-- Values are kept to twelve places and are not rounded for show; lib/disclosure/format.ts does that.
SELECT
    figure.dimension,
    figure.dimension_value,
    figure.value::DECIMAL(38,12) AS value,
    figure.numerator::DECIMAL(38,12) AS numerator,
    figure.denominator::DECIMAL(38,12) AS denominator,
    CASE WHEN figure.u95_ratio IS NOT NULL THEN greatest(0, figure.value::DOUBLE * (1 - figure.u95_ratio)) END::DECIMAL(38,12) AS u95_low,
    (figure.value::DOUBLE * (1 + figure.u95_ratio))::DECIMAL(38,12) AS u95_high,
    cut.scope,
    CASE WHEN cut.scope = 'scope_3' THEN '1' END AS category,
    1 - mix.modelled_ratio - mix.filled_ratio AS measured_ratio,
    mix.modelled_ratio,
    mix.filled_ratio,
    array_to_string(energy.boundary, ',') AS boundary,
    coalesce(figure.coverage_ratio, coalesce(energy.known_hours, 0)::DOUBLE / nullif(energy.expected_hours, 0)::DOUBLE)::DECIMAL(18,12) AS coverage_ratio,
    array_to_string(energy.factor_ids, ',') AS factor_ids
FROM figure
LEFT JOIN cut
    ON cut.dimension IS NOT DISTINCT FROM figure.dimension AND cut.dimension_value IS NOT DISTINCT FROM figure.dimension_value
LEFT JOIN cut AS energy
    ON getvariable('of_energy')
    AND energy.dimension IS NOT DISTINCT FROM figure.dimension AND energy.dimension_value IS NOT DISTINCT FROM figure.dimension_value
CROSS JOIN LATERAL (
    SELECT
        (coalesce(energy.modelled_joules, 0)::DOUBLE / nullif(energy.it_energy_joules, 0)::DOUBLE)::DECIMAL(18,12) AS modelled_ratio,
        (coalesce(energy.filled_joules, 0)::DOUBLE / nullif(energy.it_energy_joules, 0)::DOUBLE)::DECIMAL(18,12) AS filled_ratio
) AS mix
ORDER BY figure.dimension NULLS FIRST, figure.dimension_value NULLS LAST
