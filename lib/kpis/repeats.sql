-- Step    repeats: what came twice and counts once, with its size
-- Unit    hours, kWh; the measure's own
-- Grain   source x component, source x measure
-- Reads   told_energy, retold, fct_activity
WITH energy AS (
    SELECT
        'told twice, counted once: other telemetry tells of the same time' AS reason,
        NULL::VARCHAR AS provider,
        source_id || ': ' || component || ' of ' || min(host_id) || CASE WHEN count(DISTINCT host_id) > 1 THEN ' and others' ELSE '' END AS what,
        count(DISTINCT resource_id)::BIGINT AS resources,
        (sum(CASE WHEN spans IS NOT NULL THEN (covered_seconds * told_ratio)::DECIMAL(18,3) END) / 3600)::DECIMAL(28,6) AS hours,
        joules_to_kwh(sum(slice_energy(energy_joules, 0, told_ratio)))::DECIMAL(28,6) AS quantity,
        'kWh' AS unit,
        NULL::DECIMAL(28,12) AS effective_cost
    FROM told_energy
    WHERE told_ratio IS NOT NULL
    GROUP BY source_id, component
),
activity AS (
    SELECT
        'told twice, counted once: other files tell of the same counter at the same time' AS reason,
        NULL::VARCHAR AS provider,
        fct_activity.source_id || ': ' || fct_activity.measure || ' of ' || min(fct_activity.resource_id)
            || CASE WHEN count(DISTINCT fct_activity.resource_id) > 1 THEN ' and others' ELSE '' END AS what,
        count(DISTINCT fct_activity.resource_id)::BIGINT AS resources,
        NULL::DECIMAL(28,6) AS hours,
        sum(slice_energy(fct_activity.quantity, 0, told_ratio))::DECIMAL(28,6) AS quantity,
        fct_activity.measure AS unit,
        NULL::DECIMAL(28,12) AS effective_cost
    FROM fct_activity
    JOIN retold
        ON (fct_activity.spans IS NOT NULL OR (fct_activity.quantity IS NOT NULL AND fct_activity.bucket_up_to IS NULL))
        AND retold.counter_hour = counter_hour(
            fct_activity.period_start, fct_activity.resource_id, fct_activity.measure, fct_activity.spans, fct_activity.model_id
        )
        AND retold.source_id = fct_activity.source_id AND retold.receipt_sha256 = fct_activity.receipt_sha256
    GROUP BY fct_activity.source_id, fct_activity.measure
)
SELECT * FROM energy
UNION ALL
SELECT * FROM activity
ORDER BY what
