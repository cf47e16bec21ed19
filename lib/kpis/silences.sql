-- Step    silence: for how long each watched host has sent nothing, while the ledger still expected something
-- Unit    hours
-- Grain   resource
-- Reads   ledger, fct_energy; variable window_end
-- The facts say when a host was last heard in the month: the ledger's window may not reach back so far. Who has an agent is heard by it alone,
-- whatever an exporter goes on telling of its devices; only an agent knows its boot. A host that is gone is expected no more, and so is not silent.
CREATE OR REPLACE TEMP TABLE silence AS
WITH heard AS (
    SELECT
        resource_id,
        coalesce(max(period_start) FILTER (WHERE boot_id IS NOT NULL), max(period_start)) + INTERVAL 1 HOUR AS last_heard
    FROM fct_energy
    WHERE energy_joules IS NOT NULL AND period_start < getvariable('window_end')
    GROUP BY resource_id
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
