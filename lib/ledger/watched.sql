-- Step    watched: resources and components that telemetry knows in this month
-- Grain   resource x component
-- Reads   fct_energy
-- A host is expected from its first record on; what is missing after that is a gap.
CREATE OR REPLACE TEMP TABLE watched AS
SELECT
    resource_id,
    component,
    max(host_id) AS host_id,
    min(period_start) AS first_seen
FROM fct_energy
GROUP BY resource_id, component
