-- Opens   answers of a usage API: a page of buckets of time, each with the groups that used anything
-- Grain   group of each bucket; a bucket in which nothing was used gives one row without a group
-- Reads   raw (the lines of one JSON text)
WITH page AS (
    SELECT TRY_CAST(string_agg(line, chr(10) ORDER BY file_row) AS JSON) AS page FROM raw
),
bucket AS (
    SELECT unnest((page -> 'data')::JSON[]) AS bucket FROM page
)
SELECT
    bucket,
    unnest(CASE WHEN json_array_length(bucket -> 'results') > 0 THEN (bucket -> 'results')::JSON[] ELSE [NULL::JSON] END) AS used
FROM bucket
