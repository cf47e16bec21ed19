-- Step    told_activity: activity beside how much of its time other activity of the same counter tells of
-- Unit    the measure's own; told_ratio as in retold, NULL where nothing else tells of it
-- Grain   as fct_activity
-- Reads   fct_activity, retold
-- Of levels and buckets that do not say when they were read nobody can tell.
CREATE OR REPLACE TEMP VIEW told_activity AS
SELECT fct_activity.*, retold.told_ratio
FROM fct_activity
LEFT JOIN retold
    ON (fct_activity.spans IS NOT NULL OR (fct_activity.quantity IS NOT NULL AND fct_activity.bucket_up_to IS NULL))
    AND retold.counter_hour = counter_hour(
        fct_activity.period_start, fct_activity.resource_id, fct_activity.measure, fct_activity.spans, fct_activity.model_id
    )
    AND retold.source_id = fct_activity.source_id AND retold.receipt_sha256 = fct_activity.receipt_sha256
