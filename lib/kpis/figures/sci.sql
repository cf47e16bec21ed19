-- KPI     kpi.sci: Software Carbon Intensity of serving: ((E x I) + M) / R with R = one request
-- Unit    gCO2e per request
-- Grain   total and one row a model
-- Reads   serving
-- M is known to half of itself at best (docs/methods/embodied-carbon.md), independently of E and I.
-- No score where the embodied emissions of one counted model, or of one way in which it is served, are unknown: SCI asks for M. Where those
-- of some of its machines or hours are, M is of the rest, and the energy of these lowers coverage_ratio.
-- A ratio of sums over inference that is counted, idle named to it and overhead included; a mean, not a median. A model of which no emissions at all are known is left out
-- Hours in which a server was not read, or in which a silent host served unseen, are in no coverage; the gaps list them
SELECT
    dimension, dimension_value,
    (emissions_location_gco2e + emitting_embodied_gco2e)::DOUBLE / emitting_quantity::DOUBLE AS value,
    (emissions_location_gco2e + emitting_embodied_gco2e) / 1000 AS numerator,
    emitting_quantity AS denominator,
    sqrt(power(emissions_location_u95, 2) + power(0.5 * emitting_embodied_gco2e::DOUBLE, 2))
        / nullif(emissions_location_gco2e + emitting_embodied_gco2e, 0)::DOUBLE AS u95_ratio,
    emissions_coverage_ratio * made_ratio AS coverage_ratio
FROM serving
WHERE measure = 'requests' AND emitting_quantity > 0 AND emissions_location_gco2e IS NOT NULL AND is_embodied_known
