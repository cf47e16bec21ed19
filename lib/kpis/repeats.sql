-- Step    repeats: what came twice and counts once, with its size
-- Unit    hours, kWh
-- Grain   source x component
-- Reads   repeated, fct_energy
SELECT
    'told twice, counted once: other telemetry tells of the same time' AS reason,
    NULL::VARCHAR AS provider,
    fct_energy.source_id || ': ' || fct_energy.component || ' of ' || min(fct_energy.host_id)
        || CASE WHEN count(DISTINCT fct_energy.host_id) > 1 THEN ' and others' ELSE '' END AS what,
    count(DISTINCT fct_energy.resource_id)::BIGINT AS resources,
    (sum(CASE WHEN spans IS NOT NULL THEN (covered_seconds * told_ratio)::DECIMAL(18,3) END) / 3600)::DECIMAL(28,6) AS hours,
    joules_to_kwh(sum(slice_energy(energy_joules, 0, told_ratio)))::DECIMAL(28,6) AS quantity,
    'kWh' AS unit,
    NULL::DECIMAL(28,12) AS effective_cost
FROM fct_energy
JOIN repeated
    ON repeated.source_id = fct_energy.source_id AND repeated.receipt_sha256 = fct_energy.receipt_sha256
    AND repeated.period_start = fct_energy.period_start AND repeated.host_id = fct_energy.host_id AND repeated.boot_id = fct_energy.boot_id
    AND repeated.resource_id = fct_energy.resource_id AND repeated.component = fct_energy.component AND repeated.basis = fct_energy.basis
GROUP BY fct_energy.source_id, fct_energy.component
ORDER BY fct_energy.source_id, fct_energy.component
