-- Step    charge_amount: what was charged in each hour of the slice
-- Unit    billing currency; the driver's own unit
-- Grain   hour x charge number
-- Reads   dated_cost, charge_piece, crowded_hour
-- First what stands alone in its hour, in the order of the bills, then the rest in the order of its hours and charges.
CREATE OR REPLACE TEMP VIEW charge_amount AS
WITH alone AS (
    SELECT dated_cost.*, 1::BIGINT AS bill_rows
    FROM dated_cost
    ANTI JOIN crowded_hour USING (hour_and_charge)
    WHERE dated_cost.spread_from IS NULL
),
crowd AS (
    SELECT dated_cost.*, true AS is_first
    FROM dated_cost
    SEMI JOIN crowded_hour USING (hour_and_charge)
    WHERE dated_cost.spread_from IS NULL
    UNION ALL BY NAME
    SELECT *
    FROM charge_piece
),
added AS (
    SELECT
        hour_and_charge,
        sum(driver_quantity)::DECIMAL(28,12) AS driver_quantity,
        sum(consumed_quantity)::DECIMAL(28,12) AS consumed_quantity,
        sum(billed_cost)::DECIMAL(28,12) AS billed_cost,
        sum(effective_cost)::DECIMAL(28,12) AS effective_cost,
        count(*) FILTER (WHERE is_first) AS bill_rows
    FROM crowd
    GROUP BY hour_and_charge
    ORDER BY hour_and_charge
),
amount AS (
    SELECT hour_and_charge, driver_quantity, consumed_quantity, billed_cost, effective_cost, bill_rows FROM alone
    UNION ALL
    SELECT * FROM added
)
SELECT hour_number_in(hour_and_charge) AS hour_number, charge_number_in(hour_and_charge) AS charge_number, * EXCLUDE (hour_and_charge)
FROM amount
