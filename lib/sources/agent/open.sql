-- Opens   telemetry of the agent
-- Unit    joules as the decimal text of the record
-- Grain   record
-- Reads   raw (one JSON text a line)
-- Joules of one record fit DECIMAL(18,6), which is read a hundred times faster from text than DECIMAL(28,6).
WITH parsed AS (
    SELECT
        file_row,
        line,
        json_transform(
            TRY_CAST(line AS JSON),
            '{"schema": "VARCHAR", "host_id": "VARCHAR", "resource_id": "VARCHAR", "boot_id": "VARCHAR", "seq": "BIGINT",
              "period_start": "VARCHAR", "period_end": "VARCHAR", "component": "VARCHAR", "domain": "VARCHAR",
              "method": "VARCHAR", "basis": "VARCHAR", "energy_joules": "VARCHAR", "gap_reason": "VARCHAR",
              "u95_ratio": "DOUBLE", "idle_joules": "VARCHAR", "unattributed_joules": "VARCHAR",
              "shares": [{"project": "VARCHAR", "model_id": "VARCHAR", "workload_type": "VARCHAR", "workload_id": "VARCHAR",
                          "labels": "MAP(VARCHAR, VARCHAR)", "energy_joules": "VARCHAR"}]}'
        ) AS record
    FROM raw
    WHERE trim(line) <> ''
),
flat AS (
    SELECT file_row, line, unnest(record) FROM parsed
),
weighed AS (
    SELECT
        *,
        TRY_CAST(energy_joules AS DECIMAL(18, 6)) AS whole,
        list_concat(
            list_transform(shares, lambda each: TRY_CAST(each.energy_joules AS DECIMAL(18, 6))),
            [TRY_CAST(idle_joules AS DECIMAL(18, 6)), TRY_CAST(unattributed_joules AS DECIMAL(18, 6))]
        ) AS parts
    FROM flat
)
SELECT
    * EXCLUDE (whole, parts),
    CASE
        WHEN energy_joules IS NULL AND gap_reason IS NULL THEN 'no energy and no gap_reason'
        WHEN energy_joules IS NOT NULL AND gap_reason IS NOT NULL THEN 'an energy beside the gap_reason ' || gap_reason
        WHEN energy_joules IS NULL AND (len(shares) > 0 OR coalesce(idle_joules, unattributed_joules) IS NOT NULL)
            THEN 'shares of an unknown energy'
        WHEN energy_joules IS NULL THEN NULL
        WHEN list_bool_or(list_transform(parts, lambda part: part IS NULL OR part < 0))
            THEN 'a share, idle_joules or unattributed_joules that is no number of at least 0'
        WHEN list_sum(parts) <> whole THEN 'shares that add up to ' || list_sum(parts) || ' of ' || whole
    END AS energy_balance
FROM weighed
