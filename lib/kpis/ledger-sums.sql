-- Step    ledger_sum: the month's ledger by what figures are cut by; every later query reads this
-- Unit    joules, gCO2e, billing currency
-- Grain   provider x region x scope x workload x component x share x basis x method x site x zone x factor x residual mix
-- Reads   day_sum (lib/ledger/sums.sql of each day)
CREATE OR REPLACE TEMP TABLE ledger_sum AS
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
    residual_factor_id,
    min(first_hour) AS first_hour,
    max(last_hour) AS last_hour,
    sum(it_energy_joules) AS it_energy_joules,
    sum(facility_energy_joules) AS facility_energy_joules,
    sum(u95_it_joules) AS u95_it_joules,
    sum(u95_facility_joules) AS u95_facility_joules,
    sum(u95_pue_joules) AS u95_pue_joules,
    sum(u95_pue_gco2e) AS u95_pue_gco2e,
    sum(emissions_location_gco2e) AS emissions_location_gco2e,
    sum(emissions_market_gco2e) AS emissions_market_gco2e,
    sum(u95_energy_gco2e) AS u95_energy_gco2e,
    sum(u95_factor_gco2e) AS u95_factor_gco2e,
    sum(embodied_gco2e) AS embodied_gco2e,
    sum(unmade_joules) AS unmade_joules,
    sum(billed_cost) AS billed_cost,
    sum(effective_cost) AS effective_cost,
    sum(bill_rows)::BIGINT AS bill_rows,
    sum(known_hours)::DECIMAL(28,6) AS known_hours,
    sum(placed_hours)::DECIMAL(28,6) AS placed_hours,
    sum(expected_hours)::DECIMAL(28,6) AS expected_hours
FROM day_sum
GROUP BY ALL
