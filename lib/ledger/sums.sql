-- Step    sums: lines of the ledger added up to what figures are cut by
-- Unit    joules, gCO2e, billing currency
-- Grain   provider x region x scope x workload x component x share x basis x method x site x zone x factor x residual mix
-- Reads   name_sum, line_name, kind
-- u95_* are half-widths in the unit of the quantity: energy from the method and the PUE, emissions also from the factor.
-- unmade_joules is energy of machines whose embodied emissions are not known; those of a modelled machine stand on its processors alone.
SELECT
    provider_name,
    region_label AS region_id,
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
    CASE WHEN facility_energy_joules IS NOT NULL THEN factor_id END AS factor_id,
    CASE WHEN facility_energy_joules IS NOT NULL THEN residual_factor_id END AS residual_factor_id,
    min(first_hour) AS first_hour,
    max(last_hour) AS last_hour,
    sum(it_energy_joules) AS it_energy_joules,
    sum(facility_energy_joules) AS facility_energy_joules,
    sum(half_width(it_energy_joules, u95_ratio)) AS u95_it_joules,
    sum(half_width(facility_energy_joules, u95_ratio)) AS u95_facility_joules,
    sum(half_width(facility_energy_joules, pue_u95_ratio)) AS u95_pue_joules,
    sum(half_width(emissions_location_gco2e, pue_u95_ratio)) AS u95_pue_gco2e,
    sum(emissions_location_gco2e) AS emissions_location_gco2e,
    sum(emissions_market_gco2e) AS emissions_market_gco2e,
    sum(half_width(emissions_location_gco2e, u95_ratio)) AS u95_energy_gco2e,
    sum(half_width(emissions_location_gco2e, factor_u95_ratio)) AS u95_factor_gco2e,
    sum(embodied_gco2e) AS embodied_gco2e,
    sum(CASE
        WHEN component NOT IN ('storage', 'network') AND NOT (method = 'instance-model' AND component <> 'cpu') THEN unmade_joules
    END) AS unmade_joules,
    sum(billed_cost) AS billed_cost,
    sum(effective_cost) AS effective_cost,
    sum(bill_rows)::BIGINT AS bill_rows,
    sum(CASE WHEN settled_as = 'energy' THEN lines * resource_hours END)::DECIMAL(28,6) AS known_hours,
    sum(CASE WHEN facility_energy_joules IS NOT NULL THEN lines * resource_hours END)::DECIMAL(28,6) AS placed_hours,
    sum(CASE WHEN settled_as <> 'no_energy' THEN lines * resource_hours END)::DECIMAL(28,6) AS expected_hours
FROM name_sum
JOIN line_name USING (name_number)
JOIN kind USING (standing_kind)
GROUP BY ALL
