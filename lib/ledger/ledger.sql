-- Ledger  every line of the slice with its site, PUE, grid factor and emissions: the single source of truth
-- Unit    joules, gCO2e, billing currency
-- Grain   hour x resource x component x share x workload
-- Reads   line, line_name, standing
SELECT
    period_start,
    provider_name,
    sub_account_id,
    region_label AS region_id,
    site,
    control,
    scope,
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
    emissions_location_gco2e,
    CASE WHEN facility_energy_joules IS NOT NULL THEN residual_factor_id END AS residual_factor_id,
    emissions_market_gco2e,
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
FROM line
JOIN line_name USING (name_number)
JOIN standing USING (standing_number)
