-- Step    node_gpu: Kepler's readings of the GPUs of a node in hours in which others read these GPUs one by one
-- Unit    told_ratio: the part of Kepler's time that the others tell of, above 0 and up to 1
-- Grain   hour x source x landed file x resource
-- Reads   fct_energy, same_host
-- Kepler adds up the GPUs of a node and names none, so nothing but the node tells that they are the same. DCGM, or the agent of the
-- host, reads each by itself: their figure stands, moment by moment. Where they know some of the GPUs alone for a while, it is that part of it.
CREATE OR REPLACE TEMP TABLE node_gpu AS
WITH gpu AS (
    SELECT
        coalesce(agent_source_id, source_id) AS counted_source, coalesce(agent_resource_id, resource_id) AS counted_resource,
        source_id, receipt_sha256, boot_id, period_start, resource_id, method, covered_seconds, spans
    FROM fct_energy
    LEFT JOIN same_host USING (resource_id)
    WHERE component = 'gpu' AND spans IS NOT NULL AND (SELECT count(*) > 0 FROM fct_energy WHERE component = 'gpu' AND method = 'kepler')
),
node AS (
    SELECT
        counted_source, counted_resource, source_id, receipt_sha256, period_start, resource_id,
        min(list_min(list_transform(spans, lambda span: span.since))) AS since,
        max(list_max(list_transform(spans, lambda span: span.until))) AS until
    FROM gpu
    WHERE method = 'kepler'
    GROUP BY ALL
),
-- The seconds of a file are a mean over the GPUs that it knows, also over those that it did not read in the hour.
known AS (
    SELECT
        counted_source, counted_resource, period_start,
        round(sum(span_microseconds(spans)) / 1000000 / max(covered_seconds)) AS devices_of_file,
        list_distinct(flatten(list(list_transform(spans, lambda span: span.domain)))) AS domains,
        flatten(list(spans)) AS spans
    FROM gpu
    WHERE method <> 'kepler' AND covered_seconds > 0
    GROUP BY counted_source, counted_resource, period_start, source_id, receipt_sha256, boot_id
),
devices AS (
    SELECT
        counted_source, counted_resource, period_start, flatten(list(spans)) AS spans,
        greatest(max(devices_of_file), len(list_distinct(flatten(list(domains))))) AS devices
    FROM known
    GROUP BY counted_source, counted_resource, period_start
),
span AS (
    SELECT counted_source, counted_resource, period_start, devices, unnest(spans, recursive := true) FROM devices
),
told AS (
    SELECT
        node.source_id, node.receipt_sha256, node.period_start, node.resource_id, span.domain,
        devices * (epoch_us(node.until) - epoch_us(node.since)) AS microseconds,
        epoch_us(greatest(node.since, span.since)) AS since,
        epoch_us(least(node.until, span.until)) AS until
    FROM node
    JOIN span USING (counted_source, counted_resource, period_start)
    WHERE span.since < node.until AND node.since < span.until
),
told_once AS (
    SELECT
        source_id, receipt_sha256, period_start, resource_id, microseconds, until,
        since_untold(since, until, row(source_id, receipt_sha256, period_start, resource_id, domain)) AS since
    FROM told
)
SELECT
    source_id, receipt_sha256, period_start, resource_id,
    least(1, sum(greatest(0, until - since))::DOUBLE / any_value(microseconds)::DOUBLE) AS told_ratio
FROM told_once
GROUP BY source_id, receipt_sha256, period_start, resource_id
ORDER BY ALL
