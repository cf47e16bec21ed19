-- Step    unread: for how long counters of model servers were not read, from their first reading of the month to their last
-- Unit    hours
-- Grain   source x measure x model
-- Reads   fct_activity
-- What was counted then is in no figure, while the energy of the same hours may be: an intensity is too high by that much. Sources that do
-- not say when they read are silent here. Between two readings a minute and a half may lie, as for levels (docs/agent/scraping.md).
CREATE OR REPLACE TEMP TABLE unread AS
WITH reading AS (
    SELECT
        source_id, resource_id, measure, model_id,
        unnest(list_transform(spans, lambda span: {
            'counter': hash(source_id, resource_id, measure, model_id, span.domain), 'since': span.since, 'until': span.until
        }), recursive := true)
    FROM fct_activity
    WHERE spans IS NOT NULL AND measure IN ('requests', 'input_tokens', 'output_tokens')
),
hole AS (
    SELECT
        source_id, resource_id, measure, model_id,
        epoch_us(since) - epoch_us(max(until) OVER (
            PARTITION BY counter ORDER BY since, until ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        )) AS microseconds
    FROM reading
)
SELECT
    source_id, measure, model_id,
    count(DISTINCT resource_id)::BIGINT AS resources,
    (sum(microseconds) / 3600000000)::DECIMAL(28,6) AS hours
FROM hole
WHERE microseconds > 90000000
GROUP BY source_id, measure, model_id
