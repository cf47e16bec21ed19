-- Step    told_energy: telemetry beside how much of its time other telemetry of the same device tells of
-- Unit    joules, seconds; told_ratio as in repeated and node_gpu, NULL where nothing else tells of it
-- Grain   as fct_energy
-- Reads   fct_energy, repeated, node_gpu
CREATE OR REPLACE TEMP VIEW told_energy AS
SELECT fct_energy.*, greatest(repeated.told_ratio, node_gpu.told_ratio) AS told_ratio
FROM fct_energy
LEFT JOIN repeated
    ON repeated.source_id = fct_energy.source_id AND repeated.receipt_sha256 = fct_energy.receipt_sha256
    AND repeated.period_start = fct_energy.period_start AND repeated.host_id = fct_energy.host_id
    AND repeated.boot_id IS NOT DISTINCT FROM fct_energy.boot_id
    AND repeated.resource_id = fct_energy.resource_id AND repeated.component = fct_energy.component AND repeated.basis = fct_energy.basis
    AND repeated.is_of_node = coalesce(fct_energy.method = 'kepler', false)
LEFT JOIN node_gpu
    ON fct_energy.component = 'gpu' AND fct_energy.method = 'kepler'
    AND node_gpu.source_id = fct_energy.source_id AND node_gpu.receipt_sha256 = fct_energy.receipt_sha256
    AND node_gpu.period_start = fct_energy.period_start AND node_gpu.resource_id = fct_energy.resource_id
