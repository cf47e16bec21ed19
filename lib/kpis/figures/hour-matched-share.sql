-- KPI     quality.hour_matched_share: facility energy matched to a grid factor of its own hour, of all facility energy
-- Unit    ratio
-- Grain   total and one row a dimension value
-- Reads   cut
-- None where corrections of earlier use outweigh the use with other factors: more would be matched than there is
SELECT
    dimension,
    dimension_value,
    coalesce(hour_matched_joules, 0)::DOUBLE / nullif(facility_energy_joules, 0)::DOUBLE AS value,
    joules_to_kwh(coalesce(hour_matched_joules, 0)) AS numerator,
    joules_to_kwh(facility_energy_joules) AS denominator,
    NULL AS u95_ratio,
    NULL AS coverage_ratio
FROM cut
WHERE facility_energy_joules > 0 AND coalesce(hour_matched_joules, 0) BETWEEN 0 AND facility_energy_joules
