-- KPI     quality.coverage: resource hours with an energy figure, of those that drew energy
-- Unit    ratio
-- Grain   total and one row a dimension value
-- Reads   cut
-- An hour of a host is dealt to its components alike. One that telemetry covers in part counts whole; what it lacks is among the gaps
SELECT
    dimension,
    dimension_value,
    coalesce(known_hours, 0)::DOUBLE / nullif(expected_hours, 0)::DOUBLE AS value,
    coalesce(known_hours, 0) AS numerator,
    expected_hours AS denominator,
    NULL AS u95_ratio,
    NULL AS coverage_ratio
FROM cut
WHERE expected_hours > 0
