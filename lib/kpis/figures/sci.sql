-- KPI     kpi.sci: Software Carbon Intensity of serving: ((E x I) + M) / R with R = one request
-- Unit    gCO2e per request
-- Grain   total and one row a model
-- Reads   serving
-- No score where the embodied emissions of one counted model are unknown: SCI asks for M
-- A ratio of sums over inference that is counted, idle named to it and overhead included; a mean, not a median
SELECT
    dimension, dimension_value,
    (emissions_location_gco2e + embodied_gco2e)::DOUBLE / quantity::DOUBLE AS value,
    (emissions_location_gco2e + embodied_gco2e) / 1000 AS numerator,
    quantity AS denominator,
    sqrt(u95_ratio * u95_ratio + 0.05 * 0.05) AS u95_ratio,
    coverage_ratio
FROM serving
WHERE measure = 'requests' AND quantity > 0 AND emissions_location_gco2e IS NOT NULL AND is_embodied_known
