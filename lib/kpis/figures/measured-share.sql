-- KPI     quality.measured_share: IT energy that a counter or meter measured, of all IT energy that is known
-- Unit    ratio
-- Grain   total and one row a dimension value
-- Reads   cut
-- None where corrections of earlier use outweigh the use of another basis: more would be measured than there is
SELECT
    dimension,
    dimension_value,
    coalesce(measured_joules, 0)::DOUBLE / nullif(it_energy_joules, 0)::DOUBLE AS value,
    joules_to_kwh(coalesce(measured_joules, 0)) AS numerator,
    joules_to_kwh(it_energy_joules) AS denominator,
    NULL AS u95_ratio,
    NULL AS coverage_ratio
FROM cut
WHERE it_energy_joules > 0 AND coalesce(measured_joules, 0) BETWEEN 0 AND it_energy_joules
