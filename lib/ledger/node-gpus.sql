-- Step    node_gpu: Kepler's readings of the GPUs of a node in hours in which others read these GPUs one by one
-- Unit    told_ratio: the part of Kepler's time that the others tell of, above 0 and up to 1
-- Grain   hour x source x landed file x resource
-- Reads   fct_energy, same_host
-- Kepler adds up the GPUs of a node and names none, so nothing but the node tells that they are the same. DCGM, or the agent of the
-- host, reads each by itself: their figure stands, moment by moment. Where they know some of the GPUs alone for a while, it is that part of it.
CREATE OR REPLACE TEMP TABLE node_gpu AS
WITH gpu AS NOT MATERIALIZED (
    SELECT
        hash(coalesce(agent_source_id, source_id), coalesce(agent_resource_id, resource_id), period_start) AS node_hour,
        source_id, receipt_sha256, boot_id, period_start, resource_id, method, covered_seconds, spans
    FROM fct_energy
    LEFT JOIN same_host USING (resource_id)
    WHERE component = 'gpu' AND spans IS NOT NULL AND (SELECT count(*) > 0 FROM fct_energy WHERE component = 'gpu' AND method = 'kepler')
),
node AS (
    SELECT
        node_hour, source_id, receipt_sha256, period_start, resource_id,
        min(list_min(list_transform(spans, lambda span: epoch_us(span.since)))) AS node_since,
        max(list_max(list_transform(spans, lambda span: epoch_us(span.until)))) AS node_until
    FROM gpu
    WHERE method = 'kepler'
    GROUP BY ALL
),
-- Texts become numbers here: a month of large clusters has to fit into the memory of a stage.
span AS (
    SELECT
        node_hour,
        hash(source_id, receipt_sha256, boot_id) AS file_key,
        covered_seconds,
        unnest(list_transform(spans, lambda span: {
            'domain': hash(span.domain), 'since': epoch_us(span.since), 'until': epoch_us(span.until)
        }), recursive := true)
    FROM gpu
    WHERE method <> 'kepler' AND covered_seconds > 0 AND node_hour IN (SELECT node_hour FROM node)
),
-- The seconds of a file are a mean over the GPUs that it knows, also over those that it did not read in the hour.
device_count AS (
    SELECT node_hour, max(devices_of_file) AS devices
    FROM (
        SELECT node_hour, greatest(count(DISTINCT domain), round(sum(until - since) / 1000000 / max(covered_seconds))) AS devices_of_file
        FROM span
        GROUP BY node_hour, file_key
        UNION ALL
        SELECT node_hour, count(DISTINCT domain) FROM span GROUP BY node_hour
    )
    GROUP BY node_hour
),
told AS (
    SELECT
        hash(node.source_id, node.receipt_sha256, node.node_hour, node.resource_id) AS node_key, domain,
        greatest(node_since, since) AS since, least(node_until, until) AS until
    FROM node
    JOIN span USING (node_hour)
    WHERE since < node_until AND node_since < until
),
told_once AS (
    SELECT node_key, sum(greatest(0, until - since)) AS microseconds
    FROM (SELECT node_key, until, since_untold(since, until, row(node_key, domain)) AS since FROM told)
    GROUP BY node_key
)
SELECT
    source_id, receipt_sha256, period_start, resource_id,
    least(1, microseconds::DOUBLE / (devices * (node_until - node_since))::DOUBLE) AS told_ratio
FROM node
JOIN device_count USING (node_hour)
JOIN told_once ON node_key = hash(source_id, receipt_sha256, node_hour, resource_id)
ORDER BY ALL
