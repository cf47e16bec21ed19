-- Step    silence: for how long each watched host has sent nothing, while the ledger still expected something
-- Unit    hours
-- Grain   resource
-- Reads   ledger; variable window_end
-- What the model of the bill stands for was not heard; what the agent of a machine without counters reckons was, and so was an hour that
-- is filled in part. A host that is gone is expected no more, and so is not silent.
CREATE OR REPLACE TEMP TABLE silence AS
SELECT
    resource_id,
    date_diff('hour', least(last_heard, getvariable('window_end')), least(last_expected, getvariable('window_end')))::BIGINT AS silent_hours
FROM (
    SELECT
        resource_id,
        max(period_start + INTERVAL 1 HOUR) FILTER (
            WHERE basis IN ('measured', 'filled') OR method NOT IN ('instance-model', 'coefficient', 'token-model')
        ) AS last_heard,
        max(period_start + INTERVAL 1 HOUR) AS last_expected
    FROM ledger
    WHERE resource_id IS NOT NULL AND period_start < getvariable('window_end')
    GROUP BY resource_id
)
WHERE last_heard IS NOT NULL
