-- Step    charge_amount: what was charged in each hour of the day
-- Unit    billing currency; the driver's own unit
-- Grain   hour x charge number
-- Reads   slice_cost, billed_charge, variables day_start, day_end, month_end
-- A charge that draws energy over more than one hour is cut by time, in pieces that add up exactly; money alone stays in the
-- hour in which it was charged.
CREATE OR REPLACE TEMP TABLE charge_amount AS
WITH dated AS NOT MATERIALIZED (
    SELECT
        billed_charge.charge_number,
        billed_charge.expected,
        slice_cost.charge_period_start,
        CASE
            WHEN slice_cost.charge_period_end > slice_cost.charge_period_start THEN least(slice_cost.charge_period_end, getvariable('month_end'))
            ELSE slice_cost.charge_period_start + INTERVAL 1 HOUR
        END AS charge_period_end,
        date_trunc('hour', slice_cost.charge_period_start) AS first_hour,
        slice_cost.driver_quantity, slice_cost.consumed_quantity, slice_cost.billed_cost, slice_cost.effective_cost
    FROM slice_cost
    JOIN billed_charge USING (file_key, charge_in_file)
),
whole AS (
    SELECT *, first_hour AS period_start
    FROM dated
    WHERE (expected <> 'energy'::settled_as OR charge_period_end <= first_hour + INTERVAL 1 HOUR) AND charge_period_start >= getvariable('day_start')
),
long AS (
    SELECT
        *,
        unnest(generate_series(first_hour, charge_period_end - INTERVAL 1 MICROSECOND, INTERVAL 1 HOUR)) AS period_start,
        epoch(charge_period_end) - epoch(charge_period_start) AS seconds
    FROM dated
    WHERE expected = 'energy'::settled_as AND charge_period_end > first_hour + INTERVAL 1 HOUR
),
piece AS (
    SELECT
        *,
        greatest(0, epoch(period_start) - epoch(charge_period_start)) / seconds AS lower,
        least(1, (epoch(period_start) + 3600 - epoch(charge_period_start)) / seconds) AS upper
    FROM long
    WHERE period_start >= getvariable('day_start') AND period_start < getvariable('day_end')
),
cut AS (
    SELECT period_start, charge_number, driver_quantity, consumed_quantity, billed_cost, effective_cost, 1 AS bill_rows
    FROM whole
    UNION ALL
    SELECT
        period_start, charge_number,
        slice_money(driver_quantity, lower, upper), slice_money(consumed_quantity, lower, upper),
        slice_money(billed_cost, lower, upper), slice_money(effective_cost, lower, upper), (lower = 0)::INTEGER
    FROM piece
)
SELECT
    period_start,
    charge_number,
    sum(driver_quantity)::DECIMAL(28,12) AS driver_quantity,
    sum(consumed_quantity)::DECIMAL(28,12) AS consumed_quantity,
    sum(billed_cost)::DECIMAL(28,12) AS billed_cost,
    sum(effective_cost)::DECIMAL(28,12) AS effective_cost,
    sum(bill_rows)::BIGINT AS bill_rows
FROM cut
GROUP BY period_start, charge_number
ORDER BY period_start, charge_number
