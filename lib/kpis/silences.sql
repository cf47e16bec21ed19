-- Step    silence: for how long each watched host has sent nothing, while the ledger still expected something
-- Unit    hours
-- Grain   resource
-- Reads   ledger, heard; variable window_end
-- A host that is gone is expected no more, and so is not silent.
CREATE OR REPLACE TEMP TABLE silence AS
WITH expected AS (
    SELECT resource_id, max(period_start) + INTERVAL 1 HOUR AS last_expected
    FROM ledger
    WHERE period_start < getvariable('window_end')
    GROUP BY resource_id
)
SELECT
    resource_id,
    date_diff('hour', least(last_heard, expected_until), least(last_expected, expected_until))::BIGINT AS silent_hours
FROM heard
JOIN expected USING (resource_id)
