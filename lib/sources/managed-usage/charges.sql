-- Fact    fct_cost: tokens of models that a provider runs, as charges whose money is not known: their energy is modelled as a bill's
-- Unit    tokens
-- Grain   hour x service x project x model x kind of token
-- Reads   landed (the columns of both services); variable covered_until
-- Days before `covered_until` stand in a bill that may name the same tokens, and are left to it. Input from a cache has no figure
-- of its own and is a gap (docs/methods/managed-model-tokens.md).
WITH used AS (
    SELECT
        date_trunc('hour', starts_at) AS charge_period_start,
        service,
        project_id,
        model_id,
        unnest(['input_tokens', 'cached_tokens', 'output_tokens']) AS kind,
        unnest([input_tokens - coalesce(cached_tokens, 0), cached_tokens, output_tokens]) AS quantity
    FROM landed
    WHERE starts_at >= coalesce(getvariable('covered_until')::TIMESTAMP, TIMESTAMP '1970-01-01')
)
SELECT
    CASE service WHEN 'api.openai.com' THEN 'OpenAI' ELSE 'Anthropic' END AS provider_name,
    CASE service WHEN 'api.openai.com' THEN 'OpenAI API' ELSE 'Claude API' END AS service_name,
    service AS resource_id,
    model_id AS resource_type,
    'Usage' AS charge_category,
    charge_period_start,
    charge_period_start + INTERVAL 1 HOUR AS charge_period_end,
    sum(quantity) AS consumed_quantity,
    kind AS consumed_unit,
    CASE WHEN kind <> 'cached_tokens' THEN kind END AS energy_driver,
    CASE WHEN kind <> 'cached_tokens' THEN sum(quantity) END AS driver_quantity,
    project_id AS project,
    model_id,
    'inference' AS workload_type,
    map_from_entries(list_filter(
        [{'key': 'service', 'value': service}, {'key': 'project_id', 'value': project_id}, {'key': 'model', 'value': model_id}],
        lambda entry: entry.value IS NOT NULL
    )) AS tags
FROM used
GROUP BY charge_period_start, service, project_id, model_id, kind
HAVING sum(quantity) > 0
ORDER BY charge_period_start, service, project_id, model_id, kind
