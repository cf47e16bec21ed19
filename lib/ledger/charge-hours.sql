-- Step    charge_hour: what the running of watched hosts was charged in each hour of the slice, in the words of the bill
-- Unit    billing currency; hours of the instance, or of its cores and gigabytes
-- Grain   hour x account x region x service x resource x type x workload
-- Reads   charge_amount, charge, watched
-- What all other charges come to is settled by their number.
CREATE OR REPLACE TEMP TABLE charge_hour AS
SELECT hour_start(hour_number) AS period_start, *
FROM charge_amount
JOIN charge USING (charge_number)
WHERE runs_host(charge.energy_driver) AND charge.resource_id IN (SELECT resource_id FROM watched)
