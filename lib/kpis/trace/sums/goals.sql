-- Sum     goals that were reached, of which energy is known
-- Unit    runs that reached their goal
-- Grain   goal
-- Reads   run_sum, variables traced_dimension, traced_value
SELECT
    solution_id,
    string_agg(run_id || ' ' || outcome, ', ' ORDER BY started_at, run_id) AS runs,
    CASE WHEN count(facility_energy_joules) > 0 THEN max((outcome = 'succeeded')::INTEGER) END AS quantity
FROM run_sum
WHERE getvariable('traced_dimension') IS NULL
   OR solution_id IN (SELECT solution_id FROM run_sum WHERE run_id = getvariable('traced_value'))
GROUP BY solution_id
ORDER BY solution_id
