-- KPI     energy.it: electricity of the IT equipment that did AI work
-- Unit    kWh
-- Grain   total and one row a dimension value
-- Reads   cut
-- Unknown hours are left out and lower coverage_ratio
SELECT
    dimension,
    dimension_value,
    joules_to_kwh(it_energy_joules) AS value,
    NULL AS numerator,
    NULL AS denominator,
    it_energy_u95 / nullif(it_energy_joules, 0)::DOUBLE AS u95_ratio,
    NULL AS coverage_ratio
FROM cut
WHERE it_energy_joules IS NOT NULL
