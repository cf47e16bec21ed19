-- Step    run_known: of the hours of one run, how many the month's ledger knows on the devices that the run used
-- Unit    ratio of hours
-- Grain   run
-- Reads   run_sum, ledger; variable asked_run
-- What a silent host would have told of a run stands under nobody's name, so it lowers no coverage of the run's own figures: here it does.
-- It is a gap, or where a bill names the host the bill's model, which knows no run: that counts for what nobody tells of the host in any hour
-- (its memory), in hours in which the host is heard. An hour counts in part where a part of it is known; one without a line (before the
-- month, or not told yet) is not known. An hour has a price where a device of the run bears a cost in it: an own host never does.
-- Storage and network draw by the month and tell of no hour.
CREATE OR REPLACE TEMP TABLE run_known AS
WITH asked AS (
    SELECT * FROM run_sum WHERE run_id = getvariable('asked_run')
),
hour AS (
    SELECT unnest(generate_series(
        date_trunc('hour', started_at),
        greatest(date_trunc('hour', started_at), ended_at - INTERVAL 1 MICROSECOND),
        INTERVAL 1 HOUR
    )) AS period_start
    FROM asked
),
device_line AS (
    SELECT
        period_start, resource_id, component, settled_as, resource_hours, effective_cost,
        coalesce(workload_id IN (SELECT workload_id FROM asked), false) AS is_own,
        coalesce(method NOT IN ('instance-model', 'coefficient', 'token-model'), false) AS is_told
    FROM ledger
    SEMI JOIN hour USING (period_start)
    WHERE coalesce(component, 'other') NOT IN ('storage', 'network')
),
line AS (
    SELECT
        *,
        bool_or(is_told) OVER (PARTITION BY resource_id, period_start) AS is_heard,
        bool_or(is_told) OVER (PARTITION BY resource_id, component) AS is_ever_told
    FROM device_line
    WHERE is_own OR resource_id IN (SELECT resource_id FROM device_line WHERE is_own)
),
known AS (
    SELECT
        period_start,
        sum(resource_hours) FILTER (WHERE settled_as = 'energy' AND (is_own OR is_told OR (is_heard AND NOT is_ever_told)))
            / nullif(sum(resource_hours) FILTER (WHERE settled_as <> 'no_energy'), 0) AS known_ratio,
        (count(effective_cost) > 0)::INTEGER AS priced_ratio
    FROM line
    GROUP BY period_start
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
        avg(coalesce(known.known_ratio, 0))::DECIMAL(18,12) AS known_ratio,
        avg(coalesce(known.priced_ratio, 0))::DECIMAL(18,12) AS priced_ratio
    FROM hour
    LEFT JOIN known USING (period_start)
) AS ratio
