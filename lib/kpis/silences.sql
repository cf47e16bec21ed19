-- Step    silence: for how long each watched host has sent nothing, while the ledger still expected something
-- Unit    hours
-- Grain   resource
-- Reads   ledger, fct_energy; variable window_end
-- The facts say when a host was last heard in the month: the ledger's window may not reach back so far. Who has an agent is heard by it alone,
-- whatever others go on telling of its devices: an agent says its boot in files, and none in Timestream, where its methods tell it from exporters.
-- What it could not read it says as well, and is no spool. A host that is gone is expected no more, and so is not silent.
CREATE OR REPLACE TEMP TABLE silence AS
WITH told AS (
    SELECT
        resource_id, period_start, energy_joules,
        boot_id IS NOT NULL OR method NOT IN ('dcgm-counter', 'kepler') AS is_of_agent
    FROM fct_energy
    WHERE period_start < getvariable('window_end')
),
heard AS (
    SELECT
        resource_id,
        coalesce(max(period_start) FILTER (WHERE is_of_agent), max(period_start) FILTER (WHERE energy_joules IS NOT NULL)) + INTERVAL 1 HOUR AS last_heard
    FROM told
    GROUP BY resource_id
    HAVING count(energy_joules) > 0
),
expected AS (
    SELECT resource_id, max(period_start) + INTERVAL 1 HOUR AS last_expected
    FROM ledger
    WHERE period_start < getvariable('window_end')
    GROUP BY resource_id
)
SELECT
    resource_id,
    date_diff('hour', least(last_heard, getvariable('window_end')), least(last_expected, getvariable('window_end')))::BIGINT AS silent_hours
FROM heard
JOIN expected USING (resource_id)
