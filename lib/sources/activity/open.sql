-- Opens   the increase of each counter between two samples of one series, cut at the hours
-- Unit    pieces or joules
-- Grain   sample x hour since the sample before it; the first sample of a series has no increase
-- Reads   metric, sample
-- A counter below its last value was reset, and its increase is the new value. Beyond 31 days nothing is bridged.
-- A histogram adds its buckets up from the lowest bound on: here each has its own count, and one that fell resets them all. A
-- gauge has no increase: its reading belongs to the hour in which it was sampled.
-- A GPU counts once, whatever its instances repeat; labels on which the repetitions differ are dropped.
WITH known AS (
    SELECT
        sample.* EXCLUDE (labels),
        metric.measure,
        metric.component,
        metric.method,
        metric.role,
        TRY_CAST(sample.reading AS DECIMAL(28, 6)) AS counted,
        metric.factor,
        map_concat(sample.labels, map_from_entries(list_filter([
            {
                'key': 'pod',
                'value': nullif(coalesce(sample.labels['exported_pod'], sample.labels['pod_name'], sample.labels['pod']), '')
            },
            {
                'key': 'namespace',
                'value': nullif(coalesce(
                    sample.labels['exported_namespace'], sample.labels['container_namespace'],
                    sample.labels['pod_namespace'], sample.labels['namespace']
                ), '')
            }
        ], lambda entry: entry.value IS NOT NULL))) AS tags,
        CASE WHEN metric.method = 'dcgm-counter' THEN coalesce(sample.labels['UUID'], sample.labels::VARCHAR) ELSE sample.labels::VARCHAR END AS series,
        coalesce(
            sample.target, nullif(sample.labels['Hostname'], ''), sample.labels['node_name'], sample.labels['node'], sample.labels['instance']
        ) AS resource_id
    FROM sample
    JOIN metric
        ON sample.name = metric.name AND (metric.label IS NULL OR sample.labels[metric.label] = metric.label_value)
),
single AS (
    SELECT
        * EXCLUDE (tags),
        CASE WHEN role = 'device' AND count(*) OVER same > 1
            THEN map_from_entries(list_filter(map_entries(tags), lambda entry: entry.key IN ('UUID', 'Hostname', 'modelName', 'gpu')))
            ELSE tags
        END AS tags
    FROM known
    WINDOW same AS (PARTITION BY resource_id, name, series, sampled_at)
    QUALIFY row_number() OVER (PARTITION BY resource_id, name, series, sampled_at ORDER BY file_row DESC) = 1
),
bounded AS (
    SELECT
        *,
        TRY_CAST(replace(tags['le'], 'Inf', 'Infinity') AS DOUBLE) AS bucket_up_to,
        map_from_entries(list_filter(map_entries(tags), lambda entry: entry.key <> 'le'))::VARCHAR AS histogram
    FROM single
    WHERE role = 'bucket'
),
bucket AS (
    SELECT
        * EXCLUDE (series, counted),
        coalesce(lag(bucket_up_to) OVER from_lowest, '-Infinity'::DOUBLE) AS bucket_over,
        concat_ws(' ', histogram, 'from', bucket_over, 'to', bucket_up_to) AS series,
        counted - lag(counted, 1, 0) OVER from_lowest AS counted
    FROM bounded
    WHERE bucket_up_to IS NOT NULL
    WINDOW from_lowest AS (PARTITION BY resource_id, name, histogram, sampled_at ORDER BY bucket_up_to)
),
-- A page that was torn, whose counts fall from bound to bound, says nothing.
parted AS (
    SELECT * FROM single WHERE role IS DISTINCT FROM 'bucket'
    UNION ALL BY NAME
    SELECT * FROM bucket
    QUALIFY min(counted) OVER (PARTITION BY resource_id, name, histogram, sampled_at) >= 0
),
followed AS (
    SELECT
        *,
        lag(counted) OVER in_time AS counted_before,
        lag(sampled_at) OVER in_time AS sampled_before
    FROM parted
    WINDOW in_time AS (PARTITION BY resource_id, name, series, counted IS NULL ORDER BY sampled_at)
),
increased AS (
    SELECT
        *,
        role IS DISTINCT FROM 'level' AND sampled_before IS NOT NULL AND sampled_at - sampled_before <= INTERVAL 31 DAY AS has_increase,
        CASE
            WHEN role = 'bucket' THEN bool_or(counted < counted_before) OVER (PARTITION BY resource_id, name, histogram, sampled_at)
            ELSE counted < counted_before
        END AS has_fallen,
        ((CASE WHEN has_fallen THEN counted ELSE counted - counted_before END) * factor)::DECIMAL(28, 6) AS increase
    FROM followed
),
hour AS (
    SELECT
        *,
        unnest(CASE
            WHEN has_increase THEN generate_series(date_trunc('hour', sampled_before), sampled_at - INTERVAL 1 MICROSECOND, INTERVAL 1 HOUR)
            ELSE [date_trunc('hour', sampled_at)]
        END) AS hour_start
    FROM increased
)
SELECT
    coalesce(file_row, 1) AS file_row,
    name,
    sampled_at,
    reading,
    measure,
    component,
    method,
    role,
    series,
    resource_id,
    tags,
    bucket_over::VARCHAR AS bucket_over,
    bucket_up_to::VARCHAR AS bucket_up_to,
    sampled_before,
    counted_before,
    hour_start,
    CASE WHEN has_increase THEN slice_energy(
        increase,
        (epoch_us(greatest(sampled_before, hour_start)) - epoch_us(sampled_before)) / (epoch_us(sampled_at) - epoch_us(sampled_before)),
        (epoch_us(least(sampled_at, hour_start + INTERVAL 1 HOUR)) - epoch_us(sampled_before)) / (epoch_us(sampled_at) - epoch_us(sampled_before))
    ) END AS quantity,
    CASE WHEN has_increase THEN epoch_us(least(sampled_at, hour_start + INTERVAL 1 HOUR)) - epoch_us(greatest(sampled_before, hour_start)) END AS microseconds
FROM (SELECT TRUE AS always) AS once
LEFT JOIN hour ON TRUE
