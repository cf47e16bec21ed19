-- Step    sums: lines of the ledger added up to what figures are cut by
-- Unit    joules, gCO2e, billing currency
-- Grain   provider x region x scope x workload x component x share x basis x method x site x zone x factor
-- Reads   ledger
-- u95_* are half-widths in the unit of the quantity: energy from the method and the PUE, emissions also from the factor.
SELECT
    provider_name,
    region_id,
    scope,
    project,
    model_id,
    workload_type,
    workload_id,
    component,
    share,
    settled_as,
    basis,
    method,
    site,
    grid_zone,
    factor_id,
    min(period_start) AS first_hour,
    max(period_start) AS last_hour,
    sum(it_energy_joules) AS it_energy_joules,
    sum(facility_energy_joules) AS facility_energy_joules,
    sum((it_energy_joules::DOUBLE * u95_ratio)::DECIMAL(28,6)) AS u95_it_joules,
    sum((facility_energy_joules::DOUBLE * u95_ratio)::DECIMAL(28,6)) AS u95_facility_joules,
    sum((facility_energy_joules::DOUBLE * pue_u95_ratio)::DECIMAL(28,6)) AS u95_pue_joules,
    sum((emissions_location_gco2e::DOUBLE * pue_u95_ratio)::DECIMAL(28,6)) AS u95_pue_gco2e,
    sum(emissions_location_gco2e) AS emissions_location_gco2e,
    sum(emissions_market_gco2e) AS emissions_market_gco2e,
    sum((emissions_location_gco2e::DOUBLE * u95_ratio)::DECIMAL(28,6)) AS u95_energy_gco2e,
    sum((emissions_location_gco2e::DOUBLE * factor_u95_ratio)::DECIMAL(28,6)) AS u95_factor_gco2e,
    sum(embodied_gco2e) AS embodied_gco2e,
    sum(billed_cost) AS billed_cost,
    sum(effective_cost) AS effective_cost,
    sum(bill_rows)::BIGINT AS bill_rows,
    sum(CASE WHEN settled_as = 'energy' THEN resource_hours END)::BIGINT AS known_hours,
    sum(CASE WHEN settled_as <> 'no_energy' THEN resource_hours END)::BIGINT AS expected_hours
FROM ledger
GROUP BY ALL
