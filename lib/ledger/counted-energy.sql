-- Step    counted_energy: telemetry without what other telemetry of the same device and time tells of
-- Unit    joules, seconds
-- Grain   as fct_energy
-- Reads   fct_energy, repeated
CREATE OR REPLACE TEMP VIEW counted_energy AS
SELECT fct_energy.*
FROM fct_energy
ANTI JOIN repeated
    ON repeated.source_id = fct_energy.source_id AND repeated.receipt_sha256 = fct_energy.receipt_sha256
    AND repeated.period_start = fct_energy.period_start AND repeated.host_id = fct_energy.host_id AND repeated.boot_id = fct_energy.boot_id
    AND repeated.resource_id = fct_energy.resource_id AND repeated.component = fct_energy.component AND repeated.basis = fct_energy.basis
