-- Step    repeated: telemetry of the month that tells of time which other telemetry of the same device tells of too, and how much of it does
-- Unit    told_ratio: the part of its time that the other tells of, above 0 and up to 1; no energy counts for it
-- Grain   hour x source x landed file x host x boot x resource x component x basis x whether Kepler tells of it
-- Reads   fct_energy
-- Of one counter or device only one reading of any moment counts. Of two boots that tell of the same time it is the one that
-- covers more of the hour, of two files of one boot the one that does: names decide among equals, so that no order of landing matters.
-- Nearly all hours are told once: only where the extents of two rows overlap are texts and counters looked at.
-- A GPU bears an id of its own: what an exporter tells of it under another name of its host yields to the agent of the host.
CREATE OR REPLACE TEMP TABLE repeated AS
WITH gpu AS (
    SELECT DISTINCT resource_id, unnest(list_distinct(list_transform(spans, lambda span: span.domain))) AS domain
    FROM fct_energy
    WHERE component = 'gpu' AND spans IS NOT NULL AND (SELECT count(DISTINCT source_id) > 1 FROM fct_energy WHERE component = 'gpu')
),
shared_gpu AS (
    SELECT resource_id, domain, min(domain) OVER (PARTITION BY resource_id) AS first_domain
    FROM gpu
    WHERE domain LIKE 'GPU-%'
    QUALIFY count(*) OVER (PARTITION BY domain) > 1
),
-- Resources whose GPUs are the same, by the first of these.
same_devices AS (
    SELECT resource_id, min(first_of_domain) AS first_of_all
    FROM (SELECT *, min(first_domain) OVER (PARTITION BY domain) AS first_of_domain FROM shared_gpu)
    GROUP BY resource_id
),
-- Read twice, from the files: kept in memory it takes three times as much. Counters are numbers from `part` on for the same reason.
telemetry AS NOT MATERIALIZED (
    SELECT
        fct_energy.*,
        CASE
            WHEN first_of_all IS NULL OR component <> 'gpu' THEN hash(source_id, period_start, host_id, resource_id, component, basis)
            ELSE hash(period_start, component, basis, first_of_all)
        END AS device_hour
    FROM fct_energy
    LEFT JOIN same_devices USING (resource_id)
    WHERE spans IS NOT NULL
),
extent AS (
    SELECT
        device_hour,
        list_min(list_transform(spans, lambda span: span.since)) AS since,
        list_max(list_transform(spans, lambda span: span.until)) AS until
    FROM telemetry
),
doubtful AS (
    SELECT DISTINCT device_hour
    FROM (
        SELECT
            device_hour,
            since < max(until) OVER (
                PARTITION BY device_hour ORDER BY since, until ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
            ) AS is_doubtful
        FROM extent
    )
    WHERE is_doubtful
),
part AS (
    SELECT
        device_hour, source_id, receipt_sha256, period_start, host_id, boot_id, resource_id, component, basis, coalesce(method = 'kepler', false) AS is_of_node,
        sum(span_microseconds(spans)) AS microseconds,
        flatten(list(list_transform(spans, lambda span: {'domain': hash(span.domain), 'since': span.since, 'until': span.until}))) AS spans
    FROM telemetry
    WHERE device_hour IN (FROM doubtful)
    GROUP BY ALL
),
ranked AS (
    SELECT
        *,
        row_number() OVER (
            PARTITION BY device_hour
            ORDER BY boot_id IS NULL, of_boot DESC, boot_id, microseconds DESC, receipt_sha256, host_id, resource_id, is_of_node
        ) AS rank
    FROM (SELECT *, sum(microseconds) OVER (PARTITION BY device_hour, host_id, boot_id) AS of_boot FROM part)
),
span AS (
    SELECT device_hour, rank, unnest(spans, recursive := true) FROM ranked
),
told AS (
    SELECT
        one.device_hour, one.rank, one.domain, one.since AS span_since,
        epoch_us(greatest(one.since, better.since)) AS since,
        epoch_us(least(one.until, better.until)) AS until
    FROM span AS one
    JOIN span AS better
        ON better.device_hour = one.device_hour AND better.domain = one.domain AND better.rank < one.rank
        AND better.since < one.until AND one.since < better.until
),
told_once AS (
    SELECT device_hour, rank, until, since_untold(since, until, row(device_hour, rank, domain, span_since)) AS since
    FROM told
),
told_better AS (
    SELECT device_hour, rank, sum(greatest(0, until - since)) AS microseconds
    FROM told_once
    GROUP BY device_hour, rank
)
SELECT
    source_id, receipt_sha256, period_start, host_id, boot_id, resource_id, component, basis, is_of_node,
    least(1, told_better.microseconds::DOUBLE / ranked.microseconds::DOUBLE) AS told_ratio
FROM ranked
JOIN told_better USING (device_hour, rank)
ORDER BY ALL
