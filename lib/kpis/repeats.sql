-- Step    repeats: what came twice and counts once, with its size
-- Unit    hours, kWh; the measure's own
-- Grain   source x component, source x measure
-- Reads   told_energy, told_activity
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
        source_id || ': ' || measure || ' of ' || min(resource_id) || CASE WHEN count(DISTINCT resource_id) > 1 THEN ' and others' ELSE '' END AS what,
        count(DISTINCT resource_id)::BIGINT AS resources,
        NULL::DECIMAL(28,6) AS hours,
        sum(slice_energy(quantity, 0, told_ratio))::DECIMAL(28,6) AS quantity,
        measure AS unit,
        NULL::DECIMAL(28,12) AS effective_cost
    FROM told_activity
    WHERE told_ratio IS NOT NULL
    GROUP BY source_id, measure
)
SELECT * FROM energy
UNION ALL
SELECT * FROM activity
ORDER BY what
