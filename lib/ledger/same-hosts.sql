-- Step    same_host: hosts that an exporter names otherwise than the agent on them does, as the agent names them
-- Grain   resource of an exporter
-- Reads   fct_energy
-- A GPU bears an id of its own. Where more than half of those that an exporter tells of are told of by an agent too, on the same days,
-- it is the agent's host: expected once, and what the agent could not read is filled by what the exporter did. A GPU that moved is no host.
CREATE OR REPLACE TEMP TABLE same_host AS
WITH gpu AS (
    SELECT
        resource_id, day, domain, min(source_id) FILTER (WHERE has_boot) AS agent_source_id, min(host_id) FILTER (WHERE has_boot) AS agent_host_id
    FROM (
        SELECT DISTINCT
            source_id, host_id, resource_id, boot_id IS NOT NULL AS has_boot, date_trunc('day', period_start) AS day,
            unnest(list_distinct(list_transform(spans, lambda span: span.domain))) AS domain
        FROM fct_energy
        WHERE component = 'gpu' AND spans IS NOT NULL AND (SELECT count(DISTINCT source_id) > 1 FROM fct_energy WHERE component = 'gpu')
    )
    WHERE domain LIKE 'GPU-%'
    GROUP BY resource_id, day, domain
),
exporter AS (
    SELECT resource_id, count(DISTINCT domain) AS gpus FROM gpu GROUP BY resource_id HAVING count(agent_source_id) = 0
),
shared AS (
    SELECT
        exporter.resource_id, agent.resource_id AS agent_resource_id, any_value(exporter.gpus) AS gpus, count(DISTINCT gpu.domain) AS shared_gpus,
        min(agent.agent_source_id) AS agent_source_id, min(agent.agent_host_id) AS agent_host_id
    FROM exporter
    JOIN gpu USING (resource_id)
    JOIN gpu AS agent ON agent.day = gpu.day AND agent.domain = gpu.domain AND agent.agent_source_id IS NOT NULL
    GROUP BY exporter.resource_id, agent.resource_id
)
SELECT resource_id, agent_resource_id, agent_host_id, agent_source_id
FROM shared
WHERE 2 * shared_gpus > gpus
QUALIFY row_number() OVER (PARTITION BY resource_id ORDER BY shared_gpus DESC, agent_resource_id) = 1
ORDER BY resource_id
