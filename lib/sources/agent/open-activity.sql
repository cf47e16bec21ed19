-- Opens   activity of the agent
-- Unit    the measure's own, as the decimal text of the record; bounds of buckets in seconds
-- Grain   record
-- Reads   raw (one JSON text a line), known_measure
-- A record has one amount, of the kind of its measure, or the reason why it has none.
WITH parsed AS (
    SELECT
        file_row,
        line,
        json_transform(
            TRY_CAST(line AS JSON),
            '{"schema": "VARCHAR", "host_id": "VARCHAR", "resource_id": "VARCHAR", "boot_id": "VARCHAR", "seq": "BIGINT",
              "period_start": "VARCHAR", "period_end": "VARCHAR", "target": "VARCHAR", "framework": "VARCHAR",
              "measure": "VARCHAR", "quantity": "VARCHAR", "gap_reason": "VARCHAR", "project": "VARCHAR",
              "model_id": "VARCHAR", "workload_type": "VARCHAR", "workload_id": "VARCHAR",
              "labels": "MAP(VARCHAR, VARCHAR)",
              "level": {"last": "DOUBLE", "mean": "DOUBLE", "minimum": "DOUBLE", "maximum": "DOUBLE", "samples": "BIGINT", "seconds": "DOUBLE"},
              "buckets": [{"over": "VARCHAR", "up_to": "VARCHAR", "count": "VARCHAR"}]}'
        ) AS record
    FROM raw
    WHERE trim(line) <> ''
),
flat AS (
    SELECT file_row, line, unnest(record) FROM parsed
),
known AS (
    SELECT
        flat.*,
        known_measure.amount,
        list_filter(
            [
                CASE WHEN flat.quantity IS NOT NULL THEN 'quantity' END,
                CASE WHEN flat.level IS NOT NULL THEN 'level' END,
                CASE WHEN flat.buckets IS NOT NULL THEN 'buckets' END
            ],
            lambda given: given IS NOT NULL
        ) AS given
    FROM flat
    LEFT JOIN known_measure USING (measure)
)
SELECT
    * EXCLUDE (amount, given),
    CASE
        WHEN len(given) = 0 AND gap_reason IS NULL THEN 'no ' || amount || ' and no gap_reason'
        WHEN len(given) > 0 AND gap_reason IS NOT NULL THEN 'a ' || given[1] || ' beside the gap_reason ' || gap_reason
        WHEN len(given) > 0 AND given <> [amount] THEN array_to_string(given, ' and ') || ' of ' || measure
    END AS amount_or_gap,
    CASE
        WHEN level IS NULL THEN NULL
        WHEN coalesce(
            level.samples > 0 AND level.seconds >= 0 AND isfinite(level.seconds) AND isfinite(level.minimum) AND isfinite(level.maximum)
            AND level.last BETWEEN level.minimum AND level.maximum
            AND coalesce(level.mean BETWEEN level.minimum AND level.maximum, TRUE)
            AND (level.mean IS NULL) = (level.seconds = 0), FALSE
        ) THEN NULL
        ELSE level::VARCHAR
    END AS level_fault,
    list_filter(buckets, lambda bucket: NOT coalesce(
        regexp_full_match(bucket.count, '[1-9][0-9]{0,11}')
        AND TRY_CAST(replace(bucket.over, 'Inf', 'Infinity') AS DOUBLE) < TRY_CAST(replace(bucket.up_to, 'Inf', 'Infinity') AS DOUBLE)
        AND NOT isnan(TRY_CAST(replace(bucket.up_to, 'Inf', 'Infinity') AS DOUBLE)), FALSE
    ))[1]::VARCHAR AS bucket_fault
FROM known
