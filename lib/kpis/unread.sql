-- Step    unread: for how long model servers were not read, from their first reading of the month to their last
-- Unit    hours
-- Grain   source x measure x model that is read after it
-- Reads   fct_activity
-- What was counted then is in no figure, while the energy of the same hours may be: an intensity is too high by that much. Sources that do
-- not say when they read are silent here. Between two readings a minute and a half may lie, as for levels (docs/agent/scraping.md).
-- A server is a resource, or of the agent's host a target: while it shows another model it is read.
CREATE OR REPLACE TEMP TABLE unread AS
WITH reading AS (
    SELECT
        source_id, resource_id, measure, model_id,
        unnest(list_transform(spans, lambda span: {
            'server': hash(source_id, resource_id, measure, regexp_extract(span.domain, '[{ ]target=([^,}]*)', 1)), 'since': span.since, 'until': span.until
        }), recursive := true)
    FROM fct_activity
    WHERE spans IS NOT NULL AND measure IN ('requests', 'input_tokens', 'output_tokens')
),
moment AS (
    SELECT source_id, resource_id, measure, server, since, max(until) AS until, list(DISTINCT coalesce(model_id, '')) AS models
    FROM reading
    GROUP BY source_id, resource_id, measure, server, since
),
hole AS (
    SELECT
        source_id, resource_id, measure, models,
        epoch_us(since) - epoch_us(max(until) OVER (PARTITION BY server ORDER BY since ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)) AS microseconds
    FROM moment
    QUALIFY microseconds > 90000000
)
SELECT
    source_id, measure, nullif(model_id, '') AS model_id,
    count(DISTINCT resource_id)::BIGINT AS resources,
    (sum(microseconds) / 3600000000)::DECIMAL(28,6) AS hours
FROM (SELECT * EXCLUDE (models), unnest(models) AS model_id FROM hole)
GROUP BY source_id, measure, model_id
