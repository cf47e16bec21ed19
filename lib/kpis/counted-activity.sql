-- Step    counted_activity: activity without the time that other activity of the same counter tells of
-- Unit    the measure's own
-- Grain   as fct_activity
-- Reads   fct_activity, retold
-- What is told twice in part keeps its count of the rest, as if it had been counted evenly.
CREATE OR REPLACE TEMP VIEW counted_activity AS
SELECT fct_activity.* REPLACE (
    CASE WHEN told_ratio IS NULL THEN fct_activity.quantity ELSE slice_energy(fct_activity.quantity, told_ratio, 1) END AS quantity
)
FROM fct_activity
LEFT JOIN retold
    ON (fct_activity.spans IS NOT NULL OR (fct_activity.quantity IS NOT NULL AND fct_activity.bucket_up_to IS NULL))
    AND retold.counter_hour = counter_hour(
        fct_activity.period_start, fct_activity.resource_id, fct_activity.measure, fct_activity.spans, fct_activity.model_id
    )
    AND retold.source_id = fct_activity.source_id AND retold.receipt_sha256 = fct_activity.receipt_sha256
WHERE told_ratio IS NULL OR told_ratio < 1
