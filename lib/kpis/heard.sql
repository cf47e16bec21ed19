-- Step    heard: when each watched host was last heard, and until when it may be expected to have told by now
-- Grain   resource
-- Reads   fct_energy; variable window_end
-- The facts say when a host was last heard in the month: the ledger's window may not reach back so far. Who has an agent is heard by it alone,
-- whatever others go on telling of its devices: an agent says its boot in files, and none in Timestream, where its methods tell it from exporters.
-- What it could not read it says as well, and is no spool. Timestream is asked for days that have ended: who is heard by it is expected until the
-- last midnight.
CREATE OR REPLACE TEMP TABLE heard AS
WITH told AS (
    SELECT
        resource_id, period_start, energy_joules,
        boot_id IS NOT NULL AS is_of_files,
        boot_id IS NULL AND method NOT IN ('dcgm-counter', 'kepler') AS is_of_days
    FROM fct_energy
    WHERE period_start < getvariable('window_end')
),
last_told AS (
    SELECT
        resource_id,
        max(period_start) FILTER (WHERE is_of_files) AS of_files,
        max(period_start) FILTER (WHERE is_of_days) AS of_days,
        max(period_start) FILTER (WHERE energy_joules IS NOT NULL) AS of_all
    FROM told
    GROUP BY resource_id
    HAVING count(energy_joules) > 0
)
SELECT
    resource_id,
    coalesce(greatest(of_files, of_days), of_all) + INTERVAL 1 HOUR AS last_heard,
    CASE WHEN of_files IS NULL AND of_days IS NOT NULL OR of_days > of_files THEN date_trunc('day', getvariable('window_end')) ELSE getvariable('window_end') END
        AS expected_until
FROM last_told
