-- Step    settled_charge: the day's lines of charges that no telemetry watches, before place, PUE and grid
-- Unit    joules, billing currency
-- Grain   hour x charge x component
-- Reads   charge_amount, charge_line
-- In the order of charge_amount. Bill rows and resource hours are counted on one line each.
CREATE OR REPLACE TEMP VIEW settled_charge AS
WITH line AS (
    SELECT
        *,
        CASE
            WHEN expected = 'no_energy'::settled_as THEN 'no_energy'::settled_as
            WHEN joules_per_unit IS NULL OR driver_quantity IS NULL THEN 'gap'::settled_as
            ELSE 'energy'::settled_as
        END AS settled_as
    FROM charge_amount
    JOIN charge_line USING (charge_number)
)
SELECT
    period_start, spot_number, provider_name, sub_account_id, service_name, resource_id, resource_type, component, share,
    project, model_id, workload_type, workload_id,
    settled_as,
    CASE WHEN settled_as = 'energy'::settled_as THEN 'modelled'::basis END AS basis,
    CASE WHEN settled_as = 'energy'::settled_as THEN method END AS method,
    CASE WHEN settled_as = 'energy'::settled_as THEN driver_quantity::DOUBLE * joules_per_unit END::DECIMAL(28,6) AS it_energy_joules,
    CASE WHEN settled_as = 'energy'::settled_as THEN u95_ratio END AS u95_ratio,
    (driver_quantity::DOUBLE * embodied_gco2e_per_unit)::DECIMAL(28,6) AS embodied_gco2e,
    slice_money(billed_cost, lower, upper) AS billed_cost,
    slice_money(effective_cost, lower, upper) AS effective_cost,
    billing_currency,
    CASE
        WHEN settled_as <> 'gap'::settled_as THEN NULL
        WHEN expected = 'energy'::settled_as AND driver_quantity IS NULL THEN 'the bill gives no quantity'::charge_gap
        ELSE gap_reason
    END AS gap_reason,
    CASE WHEN settled_as = 'gap'::settled_as THEN coalesce(consumed_quantity, driver_quantity) END AS gap_quantity,
    CASE WHEN settled_as = 'gap'::settled_as THEN consumed_unit END AS gap_unit,
    CASE WHEN is_first THEN bill_rows ELSE 0 END::BIGINT AS bill_rows,
    (is_first AND settled_as <> 'no_energy'::settled_as)::BIGINT AS resource_hours
FROM line
