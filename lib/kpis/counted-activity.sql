-- Step    counted_activity: activity without the time that other activity of the same counter tells of
-- Unit    the measure's own
-- Grain   as fct_activity
-- Reads   told_activity
-- What is told twice in part keeps its count of the rest, as if it had been counted evenly.
CREATE OR REPLACE TEMP VIEW counted_activity AS
SELECT * EXCLUDE (told_ratio) REPLACE (
    CASE WHEN told_ratio IS NULL THEN quantity ELSE slice_energy(quantity, told_ratio, 1) END AS quantity
)
FROM told_activity
WHERE told_ratio IS NULL OR told_ratio < 1
