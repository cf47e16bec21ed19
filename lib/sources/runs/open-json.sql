-- Opens   runs as JSON: an array, an object with `runs`, or one object a line
-- Unit    instants in ISO 8601
-- Grain   run
-- Reads   raw (lines)
-- A text that is no JSON gives one empty row.
WITH whole AS (
    SELECT TRY_CAST(string_agg(line, chr(10) ORDER BY file_row) AS JSON) AS content FROM raw
),
object AS (
    SELECT unnest(CASE
        WHEN json_type(content) = 'ARRAY' THEN content::JSON[]
        WHEN json_type(content -> 'runs') = 'ARRAY' THEN (content -> 'runs')::JSON[]
        ELSE [content]
    END) AS run
    FROM whole
    WHERE content IS NOT NULL
    UNION ALL
    SELECT TRY_CAST(line AS JSON) AS run
    FROM raw
    WHERE trim(line) <> '' AND (SELECT content IS NULL FROM whole)
)
SELECT
    row_number() OVER () AS file_row,
    run ->> 'run_id' AS run_id,
    run ->> 'solution_id' AS solution_id,
    run ->> 'started_at' AS started_at,
    run ->> 'ended_at' AS ended_at,
    run ->> 'outcome' AS outcome,
    run ->> 'target_metric' AS target_metric,
    run ->> 'target_value' AS target_value,
    run ->> 'project' AS project,
    run ->> 'model_id' AS model_id,
    run ->> 'workload_type' AS workload_type,
    run ->> 'workload_id' AS workload_id,
    CASE WHEN json_type(run -> 'tags') = 'OBJECT' THEN (run -> 'tags')::MAP(VARCHAR, VARCHAR) END AS tags
FROM object
