-- KPI     emissions.location: location-based emissions: facility energy x grid factor of the same hour and zone
-- Unit    kgCO2e
-- Grain   total and one row a dimension value
-- Reads   cut
-- Unknown hours are left out and lower coverage_ratio, and so are hours without a PUE or a grid factor
SELECT
    dimension,
    dimension_value,
    emissions_location_gco2e / 1000 AS value,
    NULL AS numerator,
    NULL AS denominator,
    emissions_location_u95 / nullif(emissions_location_gco2e, 0)::DOUBLE AS u95_ratio,
    coalesce(factored_hours, 0)::DOUBLE / nullif(expected_hours, 0)::DOUBLE AS coverage_ratio
FROM cut
WHERE emissions_location_gco2e IS NOT NULL
