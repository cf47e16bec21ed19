-- Step    long_silence: for how long hosts have sent nothing that last month were expected to its end, and have told nothing in this one
-- Unit    hours
-- Grain   resource
-- Reads   last_month, ledger, fct_energy, retired_host; variables month_start, window_end
-- last_month is the last slice of last month's ledger of watched hosts: who told nothing in all of it has been silent for longer than is said here.
-- An own host is expected until the settings say that it was taken down, a billed one as long as this month's bill names it; a run
-- (CodeCarbon) is no host. Days count once they are over, as sources may be asked for whole days alone.
CREATE OR REPLACE TEMP TABLE long_silence AS
WITH watched_host AS (
    SELECT
        resource_id,
        bool_and(provider_name = 'own') AS is_own,
        coalesce(
            max(period_start) FILTER (WHERE settled_as = 'energy' AND (provider_name = 'own' OR basis <> 'modelled')) + INTERVAL 1 HOUR,
            min(period_start)
        ) AS last_heard
    FROM last_month
    GROUP BY resource_id
    HAVING max(period_start) + INTERVAL 1 HOUR = getvariable('month_start') AND NOT coalesce(bool_or(starts_with(method, 'codecarbon-')), false)
),
named AS (
    SELECT resource_id, max(period_start) + INTERVAL 1 HOUR AS named_until
    FROM ledger
    WHERE period_start < getvariable('window_end')
    GROUP BY resource_id
),
retired AS (
    SELECT watched_host.resource_id, min(retired_host.retired_from)::TIMESTAMP AS retired_from
    FROM watched_host
    JOIN retired_host ON watched_host.resource_id ILIKE retired_host.pattern ESCAPE '\'
    GROUP BY watched_host.resource_id
),
expected AS (
    SELECT
        watched_host.resource_id, last_heard,
        date_trunc('day', CASE
            WHEN is_own THEN least(getvariable('window_end'), coalesce(retired_from, TIMESTAMP 'infinity'))
            ELSE named_until
        END) AS expected_until
    FROM watched_host
    LEFT JOIN named USING (resource_id)
    LEFT JOIN retired USING (resource_id)
    WHERE watched_host.resource_id NOT IN (SELECT resource_id FROM fct_energy)
)
SELECT resource_id, date_diff('hour', last_heard, expected_until)::BIGINT AS silent_hours
FROM expected
WHERE expected_until > getvariable('month_start')
