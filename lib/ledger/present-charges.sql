-- Step    present_charge: charges of which the slice has rows
-- Grain   landed file x number of the charge in it
-- Reads   slice_cost
CREATE OR REPLACE TEMP TABLE present_charge AS
SELECT DISTINCT file_key, charge_in_file
FROM slice_cost
