-- Step    charge_hour: what was charged in each hour of the day, by resource, type, driver and workload
-- Unit    billing currency; the driver's own unit
-- Grain   hour x account x region x service x resource x type x driver x workload
-- Reads   fct_cost, variables day_start, day_end, month_end
-- Sorted, so that every later line has its place whatever the machine. A charge that draws energy over more than one hour is cut by time, in pieces that add up exactly; money alone stays
-- in the hour in which it was charged.
CREATE OR REPLACE TEMP TABLE charge_hour AS
WITH dated AS (
    SELECT
        * EXCLUDE (charge_period_end),
        CASE
            WHEN charge_category <> 'Usage' OR energy_driver = 'none' THEN 'no_energy'::settled_as
            WHEN energy_driver IS NULL THEN 'gap'::settled_as
            ELSE 'energy'::settled_as
        END AS expected,
        CASE
            WHEN charge_period_end > charge_period_start THEN least(charge_period_end, getvariable('month_end'))
            ELSE charge_period_start + INTERVAL 1 HOUR
        END AS charge_period_end,
        date_trunc('hour', charge_period_start) AS first_hour
    FROM fct_cost
    WHERE charge_period_start < getvariable('day_end')
      AND (charge_period_start >= getvariable('day_start') OR charge_period_end > getvariable('day_start'))
),
whole AS (
    SELECT *, first_hour AS period_start
    FROM dated
    WHERE (expected <> 'energy' OR charge_period_end <= first_hour + INTERVAL 1 HOUR) AND charge_period_start >= getvariable('day_start')
),
long AS (
    SELECT
        *,
        unnest(generate_series(first_hour, charge_period_end - INTERVAL 1 MICROSECOND, INTERVAL 1 HOUR)) AS period_start,
        epoch(charge_period_end) - epoch(charge_period_start) AS seconds
    FROM dated
    WHERE expected = 'energy' AND charge_period_end > first_hour + INTERVAL 1 HOUR
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
    SELECT
        period_start, expected, provider_name, sub_account_id, region_id, service_name, resource_id, resource_type,
        energy_driver, driver_quantity, consumed_quantity, consumed_unit, billed_cost, effective_cost, billing_currency,
        project, model_id, workload_type, workload_id, 1 AS bill_rows
    FROM whole
    UNION ALL
    SELECT
        period_start, expected, provider_name, sub_account_id, region_id, service_name, resource_id, resource_type,
        energy_driver, slice_money(driver_quantity, lower, upper), slice_money(consumed_quantity, lower, upper),
        consumed_unit, slice_money(billed_cost, lower, upper), slice_money(effective_cost, lower, upper), billing_currency,
        project, model_id, workload_type, workload_id, (lower = 0)::INTEGER
    FROM piece
)
SELECT
    period_start,
    expected,
    provider_name,
    sub_account_id,
    region_id,
    service_name,
    resource_id,
    resource_type,
    energy_driver,
    billing_currency,
    project,
    model_id,
    workload_type,
    workload_id,
    CASE WHEN expected = 'no_energy' THEN NULL ELSE consumed_unit END AS consumed_unit,
    sum(driver_quantity)::DECIMAL(28,12) AS driver_quantity,
    sum(consumed_quantity)::DECIMAL(28,12) AS consumed_quantity,
    sum(billed_cost)::DECIMAL(28,12) AS billed_cost,
    sum(effective_cost)::DECIMAL(28,12) AS effective_cost,
    sum(bill_rows)::BIGINT AS bill_rows
FROM cut
GROUP BY ALL
ORDER BY
    period_start, resource_id, service_name, resource_type, energy_driver, expected, region_id, sub_account_id, provider_name,
    project, model_id, workload_type, workload_id, billing_currency, consumed_unit
