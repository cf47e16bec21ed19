-- Step    slice_cost: bill rows of the slice, and earlier ones that reach into it
-- Grain   as the lines of fct_cost
-- Reads   cost_line, variables day_start, day_end
-- Two plain ranges instead of one OR: DuckDB then passes over every row group that lies outside of them.
CREATE OR REPLACE TEMP VIEW slice_cost AS
SELECT *
FROM cost_line
WHERE charge_period_start >= getvariable('day_start') AND charge_period_start < getvariable('day_end')
UNION ALL
SELECT *
FROM cost_line
WHERE charge_period_start < getvariable('day_start') AND charge_period_end > getvariable('day_start')
