-- Step    charge_hour: what was charged in each hour of the day, in the words of the bill
-- Unit    billing currency; the driver's own unit
-- Grain   hour x account x region x service x resource x type x driver x workload
-- Reads   charge_amount, charge
-- For the few charges of watched hosts; what the other charges come to is settled by their number.
CREATE OR REPLACE TEMP VIEW charge_hour AS
SELECT *
FROM charge_amount
JOIN charge USING (charge_number)
