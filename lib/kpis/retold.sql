-- Step    retold: activity of the month that tells of time which other activity of the same counter tells of too, and how much of it does
-- Unit    told_ratio: the part of its time that others tell of, above 0 and up to 1; nothing is counted for it
-- Grain   counter and hour (hash) x source x landed file
-- Reads   fct_activity
-- What does not say when it was read (the points that Timestream keeps) counts where no other source that does tells of that measure of its
-- host and hour, and of the same model where both name one.
-- A counter is a measure of one resource with one set of labels. Of two files that read it at one time, the one that reads more of the
-- hour counts whole; names decide among equals, so that no order of landing matters.
CREATE OR REPLACE TEMP TABLE retold AS
WITH untimed AS (
    SELECT DISTINCT
        source_id, receipt_sha256, period_start, resource_id, measure, model_id,
        counter_hour(period_start, resource_id, measure, spans, model_id) AS counter_hour
    FROM fct_activity
    WHERE spans IS NULL AND quantity IS NOT NULL AND bucket_up_to IS NULL
),
-- Nearly all hours are told by one file: only of the others are times and texts looked at.
crowd AS (
    SELECT counter_hour(period_start, resource_id, measure, spans, model_id) AS counter_hour
    FROM fct_activity
    WHERE spans IS NOT NULL
    GROUP BY ALL
    HAVING min(hash(source_id, receipt_sha256)) < max(hash(source_id, receipt_sha256))
),
part AS (
    SELECT
        counter_hour(period_start, resource_id, measure, spans, model_id) AS counter_hour, source_id, receipt_sha256,
        list_distinct(flatten(list(list_transform(spans, lambda span: {'since': span.since, 'until': span.until})))) AS spans
    FROM fct_activity
    WHERE spans IS NOT NULL AND counter_hour(period_start, resource_id, measure, spans, model_id) IN (FROM crowd)
    GROUP BY ALL
),
ranked AS (
    SELECT
        *,
        span_microseconds(spans) AS microseconds,
        row_number() OVER (PARTITION BY counter_hour ORDER BY microseconds DESC, source_id, receipt_sha256) AS rank
    FROM part
),
span AS (
    SELECT counter_hour, rank, unnest(spans, recursive := true) FROM ranked
),
told AS (
    SELECT
        one.counter_hour, one.rank, one.since AS span_since,
        epoch_us(greatest(one.since, better.since)) AS since,
        epoch_us(least(one.until, better.until)) AS until
    FROM span AS one
    JOIN span AS better
        ON better.counter_hour = one.counter_hour AND better.rank < one.rank
        AND better.since < one.until AND one.since < better.until
),
told_once AS (
    SELECT counter_hour, rank, until, since_untold(since, until, row(counter_hour, rank, span_since)) AS since
    FROM told
)
SELECT
    ranked.counter_hour, ranked.source_id, ranked.receipt_sha256,
    least(1, sum(greatest(0, told_once.until - told_once.since))::DOUBLE / any_value(ranked.microseconds)::DOUBLE) AS told_ratio
FROM ranked
JOIN told_once USING (counter_hour, rank)
GROUP BY ranked.counter_hour, ranked.source_id, ranked.receipt_sha256
UNION ALL
SELECT DISTINCT untimed.counter_hour, untimed.source_id, untimed.receipt_sha256, 1
FROM untimed
JOIN fct_activity AS timed
    ON timed.period_start = untimed.period_start AND timed.resource_id = untimed.resource_id AND timed.measure = untimed.measure
    AND timed.source_id <> untimed.source_id AND timed.spans IS NOT NULL
    AND coalesce(timed.model_id = untimed.model_id, true)
ORDER BY ALL
