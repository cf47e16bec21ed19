-- Ledger  every line of the day with its site, PUE, grid factor and emissions: the single source of truth
-- Unit    joules, gCO2e, billing currency
-- Grain   hour x resource x component x share x workload
-- Reads   settled, standing
-- PUE is applied here, once. What has no zone or no PUE keeps NULL emissions.
WITH powered AS (
    SELECT
        settled.*,
        standing.* EXCLUDE (spot_number, period_start),
        (settled.it_energy_joules::DOUBLE * standing.pue)::DECIMAL(28,6) AS facility_energy_joules
    FROM settled
    LEFT JOIN standing ON standing.spot_number = settled.spot_number AND standing.period_start = settled.period_start
)
SELECT
    period_start,
    provider_name,
    sub_account_id,
    region_label AS region_id,
    site,
    control,
    CASE WHEN control = 'cloud' THEN 'scope_3'::ghg_scope ELSE 'scope_2'::ghg_scope END AS scope,
    grid_zone,
    service_name,
    resource_id,
    resource_type,
    component,
    share,
    project,
    model_id,
    workload_type,
    workload_id,
    settled_as,
    basis,
    method,
    it_energy_joules,
    pue,
    facility_energy_joules,
    CASE WHEN facility_energy_joules IS NOT NULL THEN factor_id END AS factor_id,
    CASE WHEN facility_energy_joules IS NOT NULL THEN carbon_intensity_gco2e_per_kwh END AS carbon_intensity_gco2e_per_kwh,
    emissions_gco2e(facility_energy_joules, carbon_intensity_gco2e_per_kwh) AS emissions_location_gco2e,
    emissions_gco2e(facility_energy_joules, market_gco2e_per_kwh) AS emissions_market_gco2e,
    embodied_gco2e,
    billed_cost,
    effective_cost,
    billing_currency,
    u95_ratio,
    pue_u95_ratio,
    CASE WHEN facility_energy_joules IS NOT NULL THEN factor_u95_ratio END AS factor_u95_ratio,
    gap_reason,
    gap_quantity,
    gap_unit,
    bill_rows,
    resource_hours
FROM powered
