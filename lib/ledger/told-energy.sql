-- Step    told_energy: telemetry beside how much of its time other telemetry of the same device tells of
-- Unit    joules, seconds; told_ratio as in repeated, NULL where nothing else tells of it
-- Grain   as fct_energy
-- Reads   fct_energy, repeated
CREATE OR REPLACE TEMP VIEW told_energy AS
SELECT fct_energy.*, repeated.told_ratio
FROM fct_energy
LEFT JOIN repeated
    ON repeated.source_id = fct_energy.source_id AND repeated.receipt_sha256 = fct_energy.receipt_sha256
    AND repeated.period_start = fct_energy.period_start AND repeated.host_id = fct_energy.host_id
    AND repeated.boot_id IS NOT DISTINCT FROM fct_energy.boot_id
    AND repeated.resource_id = fct_energy.resource_id AND repeated.component = fct_energy.component AND repeated.basis = fct_energy.basis
