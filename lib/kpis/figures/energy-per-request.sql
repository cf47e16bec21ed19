-- KPI     kpi.energy_per_request: facility energy of serving for each request
-- Unit    Wh
-- Grain   total and one row a model
-- Reads   serving
-- A ratio of sums over inference that is counted, idle named to it and overhead included; a mean, not a median.
-- Hours of the model whose energy or PUE is unknown lower coverage_ratio: what was counted in them stays in the denominator.
-- A model of which no energy at all is known is left out with what it counted.
-- coverage_ratio: the counted models' part of the facility energy of all inference x the part of their hours whose facility energy is known
-- x the part of what was counted whose models stand in the ledger.
-- Hours in which a server was not read, or in which a silent host served unseen, are in no coverage; the gaps list them
SELECT
    dimension, dimension_value,
    1000 * joules_to_kwh(facility_energy_joules) / powered_quantity::DOUBLE AS value,
    joules_to_kwh(facility_energy_joules) AS numerator,
    powered_quantity AS denominator,
    u95_ratio AS u95_ratio,
    coverage_ratio
FROM serving
WHERE measure = 'requests' AND powered_quantity > 0 AND facility_energy_joules IS NOT NULL
