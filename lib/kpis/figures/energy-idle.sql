-- KPI     energy.idle: facility electricity that devices drew while no workload used them
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
WHERE share = 'idle' AND facility_energy_joules IS NOT NULL
