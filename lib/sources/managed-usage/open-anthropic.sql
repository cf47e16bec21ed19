-- Opens   answers of the Anthropic usage report of messages: one row a group of each bucket
-- Unit    tokens, as the service counts them; it does not count requests
-- Grain   bucket x workspace x model, as the answer has them; a bucket in which nothing was used gives one empty row
-- Reads   used (managed-usage/groups.sql)
-- Input tokens are the sum of four counts: uncached, read from the cache, and written to it for five minutes or an hour.
SELECT
    row_number() OVER () AS file_row,
    bucket ->> 'starting_at' AS starts_at,
    epoch(TRY_CAST(bucket ->> 'ending_at' AS TIMESTAMPTZ) - TRY_CAST(bucket ->> 'starting_at' AS TIMESTAMPTZ))::BIGINT AS bucket_seconds,
    'api.anthropic.com' AS service,
    used ->> 'workspace_id' AS project_id,
    used ->> 'model' AS model_id,
    NULL::BIGINT AS requests,
    CASE WHEN used IS NOT NULL THEN coalesce((
        TRY_CAST(used ->> 'uncached_input_tokens' AS BIGINT)
        + TRY_CAST(used ->> 'cache_read_input_tokens' AS BIGINT)
        + TRY_CAST(used -> 'cache_creation' ->> 'ephemeral_5m_input_tokens' AS BIGINT)
        + TRY_CAST(used -> 'cache_creation' ->> 'ephemeral_1h_input_tokens' AS BIGINT)
    )::VARCHAR, 'a count that is missing') END AS input_tokens,
    used ->> 'cache_read_input_tokens' AS cached_tokens,
    used ->> 'output_tokens' AS output_tokens
FROM used
