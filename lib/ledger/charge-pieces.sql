-- Step    charge_piece: charges that draw energy over more than one hour, cut by time in pieces that add up exactly
-- Unit    billing currency; the driver's own unit
-- Grain   bill row x hour of the slice
-- Reads   dated_cost, variables day_start, day_end
CREATE OR REPLACE TEMP TABLE charge_piece AS
WITH hour AS (
    SELECT
        *,
        unnest(range(greatest(hour_number(spread_from), 0), least(last_hour_number(spread_to) + 1, hours_of_slice()))) AS hour_number,
        epoch(spread_to) - epoch(spread_from) AS seconds
    FROM dated_cost
    WHERE spread_from IS NOT NULL
),
cut AS (
    SELECT
        *,
        greatest(0, epoch(hour_start(hour_number)) - epoch(spread_from)) / seconds AS lower,
        least(1, (epoch(hour_start(hour_number)) + 3600 - epoch(spread_from)) / seconds) AS upper
    FROM hour
)
SELECT
    hour_and_charge(hour_number, charge_number_in(hour_and_charge)) AS hour_and_charge,
    slice_money(driver_quantity, lower, upper) AS driver_quantity,
    slice_money(consumed_quantity, lower, upper) AS consumed_quantity,
    slice_money(billed_cost, lower, upper) AS billed_cost,
    slice_money(effective_cost, lower, upper) AS effective_cost,
    lower = 0 AS is_first
FROM cut
