-- Step    charge_line: what is known of a charge's lines on the ledger before the hour and the amount are
-- Unit    joules and gCO2e per unit of the driver
-- Grain   charge number x component, numbered in this order
-- Reads   charge, rate, spot, place, watched
-- Charges of instances that telemetry watches are settled with their hosts.
CREATE OR REPLACE TEMP TABLE charge_line AS
SELECT
    row_number() OVER (ORDER BY charge.charge_number, rate.component_rank)::INTEGER AS line_number,
    charge.charge_number, spot.spot_number, charge.expected, charge.provider_name, charge.sub_account_id,
    charge.service_name, charge.resource_id, charge.resource_type, charge.billing_currency,
    charge.project, charge.model_id, charge.workload_type, charge.workload_id, charge.consumed_unit,
    CASE
        WHEN charge.expected = 'no_energy'::settled_as THEN NULL
        WHEN coalesce(charge.project, charge.model_id, charge.workload_type, charge.workload_id) IS NULL THEN 'unattributed'::share
        ELSE 'attributed'::share
    END AS share,
    coalesce(rate.component, 'other'::component) AS component,
    CASE WHEN charge.expected = 'energy'::settled_as THEN rate.joules_per_unit END AS joules_per_unit, rate.u95_ratio, rate.method, rate.embodied_gco2e_per_unit,
    coalesce(rate.component_rank, 1) = 1 AS is_first,
    coalesce(rate.lower, 0) AS lower,
    coalesce(rate.upper, 1) AS upper,
    CASE
        WHEN charge.energy_driver IS NULL THEN 'no energy model for this charge'::charge_gap
        WHEN charge.energy_driver = 'instance_hours' AND rate.component IS NULL THEN 'unknown instance type'::charge_gap
        WHEN charge.energy_driver = 'unused_capacity_hours' THEN 'capacity was reserved and nothing ran on it'::charge_gap
        WHEN rate.component IS NULL THEN 'no coefficient for this driver'::charge_gap
        WHEN rate.joules_per_unit IS NULL THEN 'no published power'::charge_gap
    END AS gap_reason
FROM charge
LEFT JOIN rate
    ON rate.energy_driver = charge.energy_driver
    AND rate.provider_name IS NOT DISTINCT FROM charge.provider_name
    AND rate.resource_type IS NOT DISTINCT FROM charge.resource_type
LEFT JOIN (SELECT DISTINCT resource_id FROM place) AS hosted ON hosted.resource_id = charge.resource_id
LEFT JOIN spot
    ON spot.provider_name IS NOT DISTINCT FROM charge.provider_name
    AND spot.region_id IS NOT DISTINCT FROM charge.region_id
    AND spot.resource_id IS NOT DISTINCT FROM hosted.resource_id
WHERE NOT runs_host(charge.energy_driver) OR charge.resource_id IS NULL OR charge.resource_id NOT IN (SELECT resource_id FROM watched)
ORDER BY line_number
