-- Opens   counters as Prometheus gives them: text with the instant of each scrape, or the JSON answer of a query
-- Unit    the counter's own
-- Grain   sample of one series
-- Reads   raw (lines), metric
-- Only counters of `metric` are parsed. A label block is read as the exposition format quotes it: \" \\ and \n.
WITH exposed AS (
    SELECT
        file_row,
        line,
        line SIMILAR TO '#\s*scraped_at\s.*' AS is_mark,
        regexp_extract(
            line,
            '^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{((?:[^"}]|"(?:[^"\\]|\\.)*")*)\})?\s+(\S+)(?:\s+(-?[0-9.]+))?\s*(?:#.*)?$',
            ['name', 'labels', 'reading', 'stamp']
        ) AS found
    FROM raw
    WHERE line SIMILAR TO '#\s*scraped_at\s.*' OR regexp_extract(line, '^[a-zA-Z_:][a-zA-Z0-9_:]*') IN (SELECT name FROM metric)
),
marked AS (
    SELECT
        *,
        last_value(CASE WHEN is_mark THEN {
            'at': TRY_CAST(regexp_extract(line, 'scraped_at\s+(\S+)', 1) AS TIMESTAMPTZ),
            'target': nullif(regexp_extract(line, '\starget=(\S+)', 1), '')
        } END IGNORE NULLS) OVER (ORDER BY file_row ROWS UNBOUNDED PRECEDING) AS mark
    FROM exposed
),
text_sample AS (
    SELECT
        file_row,
        found.name AS name,
        map_from_entries(list_zip(
            regexp_extract_all(found.labels, '([a-zA-Z_][a-zA-Z0-9_]*)\s*=\s*"((?:[^"\\]|\\.)*)"', 1),
            list_transform(
                regexp_extract_all(found.labels, '([a-zA-Z_][a-zA-Z0-9_]*)\s*=\s*"((?:[^"\\]|\\.)*)"', 2),
                lambda quoted: replace(replace(replace(quoted, '\n', chr(10)), '\"', '"'), '\\', '\')
            )
        )) AS labels,
        mark.target AS target,
        -- Prometheus stamps in milliseconds, OpenMetrics in seconds.
        coalesce(
            CASE
                WHEN TRY_CAST(found.stamp AS DOUBLE) > 100000000000 THEN to_timestamp(TRY_CAST(found.stamp AS DOUBLE) / 1000)
                ELSE to_timestamp(TRY_CAST(nullif(found.stamp, '') AS DOUBLE))
            END,
            mark.at
        ) AS sampled_at,
        coalesce(nullif(found.reading, ''), left(line, 80)) AS reading
    FROM marked
    WHERE NOT is_mark
),
answer AS (
    SELECT TRY_CAST(string_agg(line, chr(10) ORDER BY file_row) AS JSON) AS answer
    FROM raw
    WHERE (SELECT left(trim(line), 1) FROM raw WHERE trim(line) <> '' ORDER BY file_row LIMIT 1) IN ('{', '[')
),
result AS (
    SELECT unnest(CASE
        WHEN json_type(answer) = 'ARRAY' THEN [answer]
        WHEN json_type(answer -> 'data' -> 'result') = 'ARRAY' THEN [answer -> 'data' -> 'result']
        ELSE list_transform(json_keys(answer), lambda key: answer -> ('$."' || key || '"'))
    END) AS result
    FROM answer
),
series AS (
    SELECT unnest(result::JSON[]) AS series FROM result WHERE json_type(result) = 'ARRAY'
),
known_series AS (
    SELECT
        series -> 'metric' ->> '__name__' AS name,
        (series -> 'metric')::MAP(VARCHAR, VARCHAR) AS labels,
        coalesce((series -> 'values')::JSON[], [series -> 'value']) AS readings
    FROM series
    WHERE series -> 'metric' ->> '__name__' IN (SELECT name FROM metric)
),
json_sample AS (
    SELECT name, labels, unnest(readings) AS pair FROM known_series
)
SELECT file_row, name, labels, target, sampled_at::TIMESTAMP AS sampled_at, reading FROM text_sample
UNION ALL
SELECT
    row_number() OVER () AS file_row,
    name,
    map_from_entries(list_filter(map_entries(labels), lambda entry: entry.key <> '__name__')) AS labels,
    NULL AS target,
    to_timestamp((pair ->> 0)::DOUBLE)::TIMESTAMP AS sampled_at,
    pair ->> 1 AS reading
FROM json_sample
