-- Step    settled_charge: amounts of the slice's lines of charges that no telemetry watches, before place, PUE and grid
-- Unit    joules, gCO2e, billing currency
-- Grain   hour x charge x component
-- Reads   charge_amount, charge_line
-- In the order of charge_amount. Bill rows are counted on one line each. A line whose energy is unknown has no joules, never zero.
CREATE OR REPLACE TEMP VIEW settled_charge AS
WITH amount AS (
    -- A quantity as DOUBLE costs more than all that is made of it, so once a charge and not once a component
    SELECT *, quantity_as_double(driver_quantity) AS driver_units
    FROM charge_amount
),
line AS (
    SELECT *, (driver_units * joules_per_unit)::DECIMAL(28,6) AS it_energy_joules
    FROM amount
    JOIN charge_line USING (charge_number)
)
SELECT
    standing_number(spot_number, hour_number) AS standing_number,
    name_number(line_number, (it_energy_joules IS NULL)::INTEGER + (driver_units IS NULL)::INTEGER) AS name_number,
    it_energy_joules,
    (driver_units * embodied_gco2e_per_unit)::DECIMAL(28,6) AS embodied_gco2e,
    slice_money(billed_cost, lower, upper) AS billed_cost,
    slice_money(effective_cost, lower, upper) AS effective_cost,
    CASE WHEN it_energy_joules IS NULL AND expected <> 'no_energy'::settled_as THEN coalesce(consumed_quantity, driver_quantity) END AS gap_quantity,
    CASE WHEN is_first THEN bill_rows ELSE 0 END AS bill_rows
FROM line
