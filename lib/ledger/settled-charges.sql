-- Step    settled_charge: the day's lines of charges that no telemetry watches, before place, PUE and grid
-- Unit    joules, billing currency
-- Grain   hour x resource x component x workload
-- Reads   charge_hour, rate, watched
-- In the order of charge_hour. Bill rows and resource hours are counted on one line each.
CREATE OR REPLACE TEMP VIEW settled_charge AS
WITH unwatched AS (
    SELECT
        charge.*,
        rate.component, rate.joules_per_unit, rate.u95_ratio, rate.method, rate.embodied_gco2e_per_unit,
        coalesce(rate.component_rank, 1) AS component_rank,
        coalesce(rate.lower, 0) AS lower,
        coalesce(rate.upper, 1) AS upper,
        CASE
            WHEN charge.expected = 'no_energy' THEN 'no_energy'::settled_as
            WHEN rate.joules_per_unit IS NULL OR charge.driver_quantity IS NULL THEN 'gap'::settled_as
            ELSE 'energy'::settled_as
        END AS settled_as
    FROM charge_hour AS charge
    LEFT JOIN rate
        ON rate.energy_driver = charge.energy_driver
        AND rate.provider_name = charge.provider_name
        AND rate.resource_type IS NOT DISTINCT FROM charge.resource_type
    WHERE charge.energy_driver IS DISTINCT FROM 'instance_hours' OR charge.resource_id IS NULL OR charge.resource_id NOT IN (SELECT resource_id FROM watched)
)
SELECT
    period_start, provider_name, sub_account_id, region_id, service_name, resource_id, resource_type,
    coalesce(component, 'other'::component) AS component,
    CASE WHEN settled_as = 'no_energy' THEN NULL WHEN project IS NULL AND model_id IS NULL AND workload_type IS NULL AND workload_id IS NULL THEN 'unattributed'::share ELSE 'attributed'::share END AS share,
    project, model_id, workload_type, workload_id,
    settled_as,
    CASE WHEN settled_as = 'energy' THEN 'modelled'::basis END AS basis,
    CASE WHEN settled_as = 'energy' THEN method END AS method,
    CASE WHEN settled_as = 'energy' THEN (driver_quantity::DOUBLE * joules_per_unit) END::DECIMAL(28,6) AS it_energy_joules,
    CASE WHEN settled_as = 'energy' THEN u95_ratio END AS u95_ratio,
    (driver_quantity::DOUBLE * embodied_gco2e_per_unit)::DECIMAL(28,6) AS embodied_gco2e,
    slice_money(billed_cost, lower, upper) AS billed_cost,
    slice_money(effective_cost, lower, upper) AS effective_cost,
    billing_currency,
    CASE
        WHEN settled_as <> 'gap' THEN NULL
        WHEN energy_driver IS NULL THEN 'no energy model for this charge'::charge_gap
        WHEN driver_quantity IS NULL THEN 'the bill gives no quantity'::charge_gap
        WHEN energy_driver = 'instance_hours' AND component IS NULL THEN 'unknown instance type'::charge_gap
        WHEN component IS NULL THEN 'no coefficient for this driver'::charge_gap
        ELSE 'no published power'::charge_gap
    END AS gap_reason,
    CASE WHEN settled_as = 'gap' THEN coalesce(consumed_quantity, driver_quantity) END AS gap_quantity,
    CASE WHEN settled_as = 'gap' THEN consumed_unit END AS gap_unit,
    CASE WHEN component_rank = 1 THEN bill_rows ELSE 0 END::BIGINT AS bill_rows,
    (component_rank = 1 AND settled_as <> 'no_energy')::BIGINT AS resource_hours
FROM unwatched
