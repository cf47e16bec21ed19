-- Step    node_gpu: hours in which Kepler tells of a node's GPUs beside an exporter of the GPUs themselves
-- Unit    told_ratio: the part of Kepler's time that the other tells of, above 0 and up to 1
-- Grain   hour x source x resource
-- Reads   fct_energy
-- Kepler adds up the GPUs of a node and names none, so nothing but the node tells that they are the same. DCGM reads each by itself: its
-- figure stands.
CREATE OR REPLACE TEMP TABLE node_gpu AS
WITH file_hour AS (
    SELECT source_id, receipt_sha256, period_start, resource_id, method, max(covered_seconds) AS seconds
    FROM fct_energy
    WHERE component = 'gpu' AND method IN ('kepler', 'dcgm-counter')
    GROUP BY ALL
)
SELECT
    source_id, period_start, resource_id,
    least(1, sum(seconds) FILTER (WHERE method = 'dcgm-counter') / sum(seconds) FILTER (WHERE method = 'kepler'))::DOUBLE AS told_ratio
FROM file_hour
WHERE seconds > 0
GROUP BY source_id, period_start, resource_id
HAVING count(DISTINCT method) = 2
ORDER BY ALL
