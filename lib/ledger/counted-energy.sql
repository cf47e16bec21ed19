-- Step    counted_energy: telemetry without the time that other telemetry of the same device tells of
-- Unit    joules, seconds
-- Grain   as fct_energy; device_seconds, beside the spans, are those of all counters together, covered_seconds their mean in the file
-- Reads   fct_energy, repeated
-- What is told twice in part keeps its energy of the rest, as if it had been drawn evenly.
CREATE OR REPLACE TEMP VIEW counted_energy AS
SELECT fct_energy.* REPLACE (
    CASE WHEN told_ratio IS NULL THEN fct_energy.energy_joules ELSE slice_energy(fct_energy.energy_joules, told_ratio, 1) END AS energy_joules,
    CASE
        WHEN told_ratio IS NULL THEN fct_energy.covered_seconds
        ELSE (fct_energy.covered_seconds * (1 - told_ratio))::DECIMAL(18,3)
    END AS covered_seconds
),
(span_microseconds(spans) / 1000000 * (1 - coalesce(told_ratio, 0)))::DECIMAL(18,6) AS device_seconds
FROM fct_energy
LEFT JOIN repeated
    ON repeated.source_id = fct_energy.source_id AND repeated.receipt_sha256 = fct_energy.receipt_sha256
    AND repeated.period_start = fct_energy.period_start AND repeated.host_id = fct_energy.host_id AND repeated.boot_id IS NOT DISTINCT FROM fct_energy.boot_id
    AND repeated.resource_id = fct_energy.resource_id AND repeated.component = fct_energy.component AND repeated.basis = fct_energy.basis
WHERE told_ratio IS NULL OR told_ratio < 1
