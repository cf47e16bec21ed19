-- Fact    fct_activity: requests and tokens of models that a provider runs
-- Unit    pieces; cached_tokens are part of input_tokens
-- Grain   hour x service x project x model x measure
-- Reads   landed (the columns of both services)
-- The project is OpenAI's project or Anthropic's workspace, by its id: a rule of the settings names it. What a service does
-- not count has no row.
WITH counted AS (
    SELECT
        date_trunc('hour', starts_at) AS period_start,
        service,
        project_id,
        model_id,
        unnest(['requests', 'input_tokens', 'cached_tokens', 'output_tokens']) AS measure,
        unnest([requests, input_tokens, cached_tokens, output_tokens]) AS quantity
    FROM landed
)
SELECT
    period_start,
    service AS resource_id,
    measure,
    sum(quantity) AS quantity,
    project_id AS project,
    model_id,
    'inference' AS workload_type,
    map_from_entries(list_filter(
        [{'key': 'service', 'value': service}, {'key': 'project_id', 'value': project_id}, {'key': 'model', 'value': model_id}],
        lambda entry: entry.value IS NOT NULL
    )) AS tags
FROM counted
WHERE quantity IS NOT NULL
GROUP BY period_start, service, project_id, model_id, measure
ORDER BY period_start, service, project_id, model_id, measure
