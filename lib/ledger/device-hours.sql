-- Step    device_hour: telemetry of each component and hour of the day: one basis and one source where there are several
-- Unit    joules, seconds
-- Grain   hour x resource x component
-- Reads   counted_energy, variables day_start, day_end
-- Files of one source add up, in energy and in the seconds that they cover. Two sources that watch one device (an agent
-- and an exporter, say) never do: measured before modelled, then the one that covers more of the hour.
-- The seconds of a file are a mean over the devices that it knows. Where another file of the hour knows others, the mean is taken over all.
CREATE OR REPLACE TEMP TABLE device_hour AS
WITH file_hour AS (
    SELECT
        source_id, receipt_sha256, boot_id, period_start, resource_id, component, basis, method,
        sum(energy_joules) AS energy_joules,
        max(covered_seconds) AS covered_seconds,
        sum(energy_joules * coalesce(u95_ratio, CASE basis WHEN 'measured' THEN 0.05 ELSE 0.5 END)) AS u95_joules
    FROM counted_energy
    WHERE period_start >= getvariable('day_start') AND period_start < getvariable('day_end') AND energy_joules IS NOT NULL
    GROUP BY ALL
),
-- Devices are looked at only where several files tell of one hour. Kepler's counters are those of a node, and no device beside others.
crowd AS (
    SELECT period_start, resource_id, component, source_id
    FROM file_hour
    GROUP BY ALL
    HAVING min(receipt_sha256) < max(receipt_sha256) AND NOT coalesce(bool_or(component = 'gpu' AND method = 'kepler'), false)
),
known AS (
    SELECT
        source_id, receipt_sha256, boot_id, period_start, resource_id, component, basis, method,
        sum(device_seconds) AS device_seconds,
        CASE WHEN max(covered_seconds) >= 1 THEN round(sum(device_seconds) / max(covered_seconds)) END AS devices_of_file,
        flatten(list(list_transform(spans, lambda span: span.domain))) AS domains
    FROM counted_energy
    SEMI JOIN crowd USING (period_start, resource_id, component, source_id)
    WHERE period_start >= getvariable('day_start') AND period_start < getvariable('day_end') AND spans IS NOT NULL
    GROUP BY ALL
),
scattered AS (
    SELECT period_start, resource_id, component, source_id, greatest(max(devices_of_file), len(list_distinct(flatten(list(domains))))) AS devices
    FROM known
    GROUP BY period_start, resource_id, component, source_id
    HAVING devices > min(devices_of_file)
),
mean AS (
    SELECT period_start, resource_id, component, source_id, basis, sum(device_seconds) / any_value(devices) AS mean_seconds
    FROM known
    JOIN scattered USING (period_start, resource_id, component, source_id)
    GROUP BY period_start, resource_id, component, source_id, basis
),
source_hour AS (
    SELECT
        period_start, resource_id, component, basis, source_id,
        string_agg(DISTINCT method, '+' ORDER BY method) AS method,
        sum(energy_joules)::DECIMAL(28,6) AS energy_joules,
        least(3600, coalesce(any_value(mean_seconds)::DECIMAL(38,3), sum(covered_seconds))) AS covered_seconds,
        CASE WHEN sum(energy_joules) > 0 THEN sum(u95_joules) / sum(energy_joules)::DOUBLE ELSE 0.05 END AS u95_ratio
    FROM file_hour
    LEFT JOIN mean USING (period_start, resource_id, component, source_id, basis)
    GROUP BY period_start, resource_id, component, basis, source_id
)
SELECT *
FROM source_hour
QUALIFY row_number() OVER (
    PARTITION BY period_start, resource_id, component
    ORDER BY (basis <> 'measured')::INTEGER, covered_seconds DESC, source_id
) = 1
