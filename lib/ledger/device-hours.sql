-- Step    device_hour: telemetry of each component and hour of the day: one basis and one source where there are several
-- Unit    joules, seconds
-- Grain   hour x resource x component
-- Reads   counted_energy, variables day_start, day_end
-- Files of one source add up, in energy and in the seconds that they cover. Two sources that watch one device (an agent
-- and an exporter, say) never do: measured before modelled, then the one that covers more of the hour.
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
source_hour AS (
    SELECT
        period_start, resource_id, component, basis, source_id,
        string_agg(DISTINCT method, '+' ORDER BY method) AS method,
        sum(energy_joules)::DECIMAL(28,6) AS energy_joules,
        least(3600, sum(covered_seconds)) AS covered_seconds,
        CASE WHEN sum(energy_joules) > 0 THEN sum(u95_joules) / sum(energy_joules)::DOUBLE ELSE 0.05 END AS u95_ratio
    FROM file_hour
    GROUP BY period_start, resource_id, component, basis, source_id
)
SELECT *
FROM source_hour
QUALIFY row_number() OVER (
    PARTITION BY period_start, resource_id, component
    ORDER BY (basis <> 'measured')::INTEGER, covered_seconds DESC, source_id
) = 1
