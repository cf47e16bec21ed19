-- KPI     energy.unattributed: facility electricity that no workload is known for
-- Unit    kWh
-- Grain   total and one row a dimension value
-- Reads   share_cut
-- Unknown hours are left out and lower coverage_ratio
SELECT
    dimension,
    dimension_value,
    joules_to_kwh(facility_energy_joules) AS value,
    NULL AS numerator,
    NULL AS denominator,
    facility_energy_u95 / nullif(facility_energy_joules, 0)::DOUBLE AS u95_ratio,
    NULL AS coverage_ratio
FROM share_cut
WHERE share = 'unattributed' AND facility_energy_joules IS NOT NULL
