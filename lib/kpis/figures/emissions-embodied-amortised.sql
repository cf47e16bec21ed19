-- KPI     emissions.embodied_amortised: embodied emissions of the hardware, amortised over its life (SCI M)
-- Unit    kgCO2e
-- Grain   total and one row a dimension value
-- Reads   cut
-- Of billed machines; what is not known is left out. The energy's basis and coverage say nothing of it
SELECT
    dimension,
    dimension_value,
    embodied_gco2e / 1000 AS value,
    NULL AS numerator,
    NULL AS denominator,
    0.5 AS u95_ratio,
    NULL AS coverage_ratio
FROM cut
WHERE embodied_gco2e IS NOT NULL
