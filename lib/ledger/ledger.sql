-- Ledger  every line of the day with its site, PUE, grid factor and emissions: the single source of truth
-- Unit    joules, gCO2e, billing currency
-- Grain   hour x resource x component x share x workload
-- Reads   settled, place, intensity
-- PUE is applied here, once. What has no zone or no PUE keeps NULL emissions.
WITH placed AS (
    SELECT
        settled.* EXCLUDE (region_id),
        coalesce(region.region_label, host.region_label) AS region_id,
        coalesce(host.site, region.site) AS site,
        coalesce(host.control, region.control) AS control,
        coalesce(host.grid_zone, region.grid_zone) AS grid_zone,
        coalesce(host.pue, region.pue) AS pue,
        coalesce(host.pue_u95_ratio, region.pue_u95_ratio) AS pue_u95_ratio
    FROM settled
    LEFT JOIN place AS host
        ON host.resource_id = settled.resource_id
        AND settled.period_start >= host.valid_from AND settled.period_start < host.valid_to
    LEFT JOIN place AS region
        ON region.resource_id IS NULL
        AND region.provider_name = settled.provider_name
        AND region.region_id IS NOT DISTINCT FROM settled.region_id
        AND settled.period_start >= region.valid_from AND settled.period_start < region.valid_to
),
powered AS (
    SELECT *, (it_energy_joules::DOUBLE * pue)::DECIMAL(28,6) AS facility_energy_joules FROM placed
)
SELECT
    powered.period_start,
    powered.provider_name,
    powered.sub_account_id,
    powered.region_id,
    powered.site,
    powered.control,
    CASE WHEN powered.control = 'cloud' THEN 'scope_3'::ghg_scope ELSE 'scope_2'::ghg_scope END AS scope,
    powered.grid_zone,
    powered.service_name,
    powered.resource_id,
    powered.resource_type,
    powered.component,
    powered.share,
    powered.project,
    powered.model_id,
    powered.workload_type,
    powered.workload_id,
    powered.settled_as,
    powered.basis,
    powered.method,
    powered.it_energy_joules,
    powered.pue,
    powered.facility_energy_joules,
    CASE WHEN powered.facility_energy_joules IS NOT NULL THEN intensity.factor_id END AS factor_id,
    CASE WHEN powered.facility_energy_joules IS NOT NULL THEN intensity.carbon_intensity_gco2e_per_kwh END AS carbon_intensity_gco2e_per_kwh,
    emissions_gco2e(powered.facility_energy_joules, intensity.carbon_intensity_gco2e_per_kwh) AS emissions_location_gco2e,
    emissions_gco2e(powered.facility_energy_joules, intensity.market_gco2e_per_kwh) AS emissions_market_gco2e,
    powered.embodied_gco2e,
    powered.billed_cost,
    powered.effective_cost,
    powered.billing_currency,
    powered.u95_ratio,
    powered.pue_u95_ratio,
    CASE WHEN powered.facility_energy_joules IS NOT NULL THEN intensity.factor_u95_ratio END AS factor_u95_ratio,
    powered.gap_reason,
    powered.gap_quantity,
    powered.gap_unit,
    powered.bill_rows,
    powered.resource_hours
FROM powered
LEFT JOIN intensity ON intensity.grid_zone = powered.grid_zone AND intensity.period_start = powered.period_start
