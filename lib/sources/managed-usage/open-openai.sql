-- Opens   answers of the OpenAI usage API (completions, embeddings): one row a group of each bucket
-- Unit    tokens and requests, as the service counts them
-- Grain   bucket x project x model, as the answer has them; a bucket in which nothing was used gives one empty row
-- Reads   used (managed-usage/groups.sql)
-- Input tokens hold the cached ones. Embeddings have no output tokens.
SELECT
    row_number() OVER () AS file_row,
    make_timestamp(TRY_CAST(bucket ->> 'start_time' AS BIGINT) * 1000000) AS starts_at,
    TRY_CAST(bucket ->> 'end_time' AS BIGINT) - TRY_CAST(bucket ->> 'start_time' AS BIGINT) AS bucket_seconds,
    'api.openai.com' AS service,
    used ->> 'project_id' AS project_id,
    used ->> 'model' AS model_id,
    used ->> 'num_model_requests' AS requests,
    used ->> 'input_tokens' AS input_tokens,
    used ->> 'input_cached_tokens' AS cached_tokens,
    used ->> 'output_tokens' AS output_tokens
FROM used
