-- KPI     kpi.energy_to_solution: facility energy of every run that led to a goal, failed ones included
-- Unit    kWh per run that reached its goal
-- Grain   total and one row a run that succeeded
-- Reads   run_sum
-- The total divides the energy of all runs by the goals reached; a month without one has no figure. Of runs whose outcome nobody told, as
-- those of CodeCarbon, it is not known whether they reached theirs: they are left out of it and lower coverage_ratio, save on the way to a
-- goal reached. So are goals of which no energy at all is known.
-- Runs that ended in the month, with the energy of the month: what a run drew before it lowers coverage_ratio
WITH solution AS (
    SELECT
        solution_id,
        max(run_id) FILTER (WHERE outcome = 'succeeded') AS run_id,
        sum(facility_energy_joules) AS facility_energy_joules,
        coalesce(sum(in_month_ratio) FILTER (WHERE facility_energy_joules IS NOT NULL), 0) / count(*) AS coverage_ratio,
        max(u95_ratio) AS u95_ratio,
        bool_or(is_open) AS is_open
    FROM run_sum
    GROUP BY solution_id
)
SELECT 'workload_id' AS dimension, run_id AS dimension_value, joules_to_kwh(facility_energy_joules) AS value,
    joules_to_kwh(facility_energy_joules) AS numerator, 1 AS denominator, u95_ratio, coverage_ratio
FROM solution
WHERE run_id IS NOT NULL AND facility_energy_joules IS NOT NULL
UNION ALL
SELECT NULL, NULL, joules_to_kwh(sum(facility_energy_joules)) / count(run_id), joules_to_kwh(sum(facility_energy_joules)),
    count(run_id), max(u95_ratio), sum(coverage_ratio) / (SELECT count(*) FROM solution)
FROM solution
WHERE NOT is_open AND facility_energy_joules IS NOT NULL
HAVING count(run_id) > 0
