-- Step    dated_cost: bill rows of the slice by their hour and the number of their charge
-- Unit    billing currency; the driver's own unit
-- Grain   bill row
-- Reads   slice_cost, billed_charge, variables day_start, day_end, month_end
-- `spread_from` and `spread_to` stand where a charge draws energy over more than one hour: it is cut by time. Money alone stays in
-- the hour in which it was charged, and so does what a bill names by one instant, or without an end. What began before the slice bears its
-- first hour.
CREATE OR REPLACE TEMP TABLE dated_cost AS
WITH dated AS (
    SELECT
        billed_charge.charge_number,
        billed_charge.expected,
        slice_cost.charge_period_start,
        CASE
            WHEN slice_cost.charge_period_end > slice_cost.charge_period_start THEN least(slice_cost.charge_period_end, getvariable('month_end'))
        END AS charge_period_end,
        hour_number(slice_cost.charge_period_start) AS hour_number,
        slice_cost.driver_quantity, slice_cost.consumed_quantity, slice_cost.billed_cost, slice_cost.effective_cost
    FROM slice_cost
    JOIN billed_charge USING (file_key, charge_in_file)
),
told AS (
    SELECT *, coalesce(expected = 'energy'::settled_as AND last_hour_number(charge_period_end) > hour_number, FALSE) AS is_long
    FROM dated
)
SELECT
    hour_and_charge(greatest(hour_number, 0), charge_number) AS hour_and_charge,
    CASE WHEN is_long THEN charge_period_start END AS spread_from,
    CASE WHEN is_long THEN charge_period_end END AS spread_to,
    driver_quantity, consumed_quantity, billed_cost, effective_cost
FROM told
WHERE is_long OR charge_period_start >= getvariable('day_start')
