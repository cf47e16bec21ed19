-- Opens   answers of CloudWatch's GetMetricData, asked for by label: one row a metric and hour
-- Unit    pieces
-- Grain   region x namespace x measure x subject x hour
-- Reads   raw (the lines of one JSON text)
-- A label is `<region> <namespace> <measure> <subject>`, and the variant of an endpoint behind it. An answer without data points gives one empty row, and so does a
-- list of metrics, which is kept since it says what was asked for.
WITH answer AS (
    SELECT TRY_CAST(string_agg(line, chr(10) ORDER BY file_row) AS JSON) AS answer FROM raw
),
result AS (
    SELECT unnest((answer -> 'MetricDataResults')::JSON[]) AS result FROM answer
),
sum_of_hour AS (
    SELECT
        result ->> 'Label' AS label,
        unnest((result -> 'Timestamps')::VARCHAR[]) AS hour_start,
        unnest((result -> 'Values')::VARCHAR[]) AS quantity
    FROM result
)
SELECT
    row_number() OVER () AS file_row,
    json_exists(answer, '$.MetricDataResults') OR json_exists(answer, '$.Metrics') AS is_answer,
    label,
    hour_start,
    quantity,
    split_part(label, ' ', 1) AS region,
    split_part(label, ' ', 2) AS namespace,
    split_part(label, ' ', 3) AS measure,
    split_part(label, ' ', 4) AS subject
FROM answer
LEFT JOIN sum_of_hour ON TRUE
