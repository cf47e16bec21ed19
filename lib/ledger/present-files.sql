-- Step    present_file: landed files of which the slice has rows
-- Grain   landed file
-- Reads   slice_cost
-- Told to the reader of charges in the files' own words, so that it passes over all other files.
CREATE OR REPLACE TEMP TABLE present_file AS
SELECT DISTINCT receipt_sha256
FROM slice_cost
