-- Step    run_known: of the hours of one run, how many the month's ledger knows on the devices that the run used
-- Unit    ratio of hours
-- Grain   run
-- Reads   run_sum, ledger; variable asked_run
-- What a silent host would have told of a run stands under nobody's name, so it lowers no coverage of the run's own figures: here it does.
-- An hour counts in part where a part of it is known; one without a line (before the month, or not told yet) is not known. An hour has a
-- price where a device of the run bears a cost in it: an own host never does. Storage and network draw by the month and tell of no hour.
CREATE OR REPLACE TEMP TABLE run_known AS
WITH asked AS (
    SELECT * FROM run_sum WHERE run_id = getvariable('asked_run')
),
own_line AS (
    SELECT ledger.* FROM ledger SEMI JOIN asked USING (workload_id) WHERE coalesce(ledger.component, 'other') NOT IN ('storage', 'network')
),
line AS (
    SELECT period_start, settled_as, resource_hours, effective_cost
    FROM ledger
    WHERE coalesce(component, 'other') NOT IN ('storage', 'network') AND resource_id IN (SELECT resource_id FROM own_line)
    UNION ALL
    SELECT period_start, settled_as, resource_hours, effective_cost FROM own_line WHERE resource_id IS NULL
),
told AS (
    SELECT
        period_start,
        sum(resource_hours) FILTER (WHERE settled_as = 'energy') / nullif(sum(resource_hours) FILTER (WHERE settled_as <> 'no_energy'), 0) AS known_ratio,
        (count(effective_cost) > 0)::INTEGER AS priced_ratio
    FROM line
    GROUP BY period_start
),
hour AS (
    SELECT unnest(generate_series(
        date_trunc('hour', started_at),
        greatest(date_trunc('hour', started_at), ended_at - INTERVAL 1 MICROSECOND),
        INTERVAL 1 HOUR
    )) AS period_start
    FROM asked
)
SELECT
    asked.run_id,
    asked.workload_id,
    asked.outcome,
    asked.started_at,
    asked.ended_at,
    asked.facility_energy_joules,
    ratio.known_ratio,
    ratio.priced_ratio
FROM asked
CROSS JOIN (
    SELECT
        avg(coalesce(told.known_ratio, 0))::DECIMAL(18,12) AS known_ratio,
        avg(coalesce(told.priced_ratio, 0))::DECIMAL(18,12) AS priced_ratio
    FROM hour
    LEFT JOIN told USING (period_start)
) AS ratio
