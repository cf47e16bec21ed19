-- Step    crowded_hour: hours in which a charge has several rows, or a piece of a longer one
-- Grain   hour x charge number, as one number
-- Reads   dated_cost, charge_piece
-- In most bills a charge has one row an hour. Only the others are added up: a quarter of the cost of doing so with all.
CREATE OR REPLACE TEMP TABLE crowded_hour AS
SELECT hour_and_charge
FROM dated_cost
WHERE spread_from IS NULL
GROUP BY hour_and_charge
HAVING count(*) > 1
UNION
SELECT hour_and_charge
FROM charge_piece
