-- KPI     energy.facility: electricity of AI work including facility overhead (IT energy x PUE)
-- Unit    kWh
-- Grain   total and one row a dimension value
-- Reads   cut
-- Unknown hours are left out and lower coverage_ratio, and so are hours without a PUE.
SELECT
    dimension,
    dimension_value,
    joules_to_kwh(facility_energy_joules) AS value,
    NULL AS numerator,
    NULL AS denominator,
    facility_energy_u95 / nullif(facility_energy_joules, 0)::DOUBLE AS u95_ratio,
    coalesce(placed_hours, 0)::DOUBLE / nullif(expected_hours, 0)::DOUBLE AS coverage_ratio
FROM cut
WHERE facility_energy_joules IS NOT NULL
