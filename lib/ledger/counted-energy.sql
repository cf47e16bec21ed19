-- Step    counted_energy: telemetry without the time that other telemetry of the same device tells of, under the name of its host
-- Unit    joules, seconds
-- Grain   as fct_energy; device_seconds, beside the spans, are those of all counters together, covered_seconds their mean in the file
-- Reads   told_energy, same_host
-- What is told twice in part keeps its energy of the rest, as if it had been drawn evenly. What an exporter alone tells of the GPUs of
-- an agent's host stands beside what the agent tells of them, as another file of its source; of other components it is another source.
CREATE OR REPLACE TEMP VIEW counted_energy AS
SELECT told_energy.* EXCLUDE (told_ratio) REPLACE (
    CASE WHEN told_energy.component = 'gpu' THEN coalesce(agent_source_id, told_energy.source_id) ELSE told_energy.source_id END AS source_id,
    coalesce(agent_host_id, told_energy.host_id) AS host_id,
    coalesce(agent_resource_id, told_energy.resource_id) AS resource_id,
    CASE WHEN told_ratio IS NULL THEN energy_joules ELSE slice_energy(energy_joules, told_ratio, 1) END AS energy_joules,
    CASE WHEN told_ratio IS NULL THEN covered_seconds ELSE (covered_seconds * (1 - told_ratio))::DECIMAL(18,3) END AS covered_seconds
),
(span_microseconds(spans) / 1000000 * (1 - coalesce(told_ratio, 0)))::DECIMAL(18,6) AS device_seconds
FROM told_energy
LEFT JOIN same_host ON same_host.resource_id = told_energy.resource_id AND told_energy.boot_id IS NULL
WHERE told_ratio IS NULL OR told_ratio < 1
