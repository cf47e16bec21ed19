-- KPI     kpi.carbon_per_1k_requests: location-based emissions of serving for each thousand requests
-- Unit    gCO2e
-- Grain   total and one row a model
-- Reads   serving
-- A ratio of sums over inference that is counted, idle named to it and overhead included; a mean, not a median.
-- Hours of the model whose energy, PUE or grid factor is unknown lower coverage_ratio: what was counted in them stays in the denominator.
-- A model of which no emissions at all are known is left out with what it counted.
-- coverage_ratio: the counted models' part of the facility energy of all inference x the part of their hours whose emissions are known
-- x the part of what was counted whose models stand in the ledger.
-- Hours in which a server was not read, or in which a silent host served unseen, are in no coverage; the gaps list them
SELECT
    dimension, dimension_value,
    1000 * emissions_location_gco2e::DOUBLE / emitting_quantity::DOUBLE AS value,
    emissions_location_gco2e / 1000 AS numerator,
    emitting_quantity AS denominator,
    emissions_location_u95 / nullif(emissions_location_gco2e, 0)::DOUBLE AS u95_ratio,
    emissions_coverage_ratio AS coverage_ratio
FROM serving
WHERE measure = 'requests' AND emitting_quantity > 0 AND emissions_location_gco2e IS NOT NULL
