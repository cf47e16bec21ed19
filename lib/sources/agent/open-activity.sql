-- Opens   activity of the agent: one row for each hour that a record touches
-- Unit    the measure's own, as the decimal text of the record
-- Grain   record x hour (a record is an hour at most, so it touches two)
-- Reads   raw (one JSON text a line)
-- A record that crosses an hour belongs to both by time; `lower` and `upper` are the cuts, as parts of its whole length.
WITH parsed AS (
    SELECT
        file_row,
        line,
        json_transform(
            TRY_CAST(line AS JSON),
            '{"schema": "VARCHAR", "host_id": "VARCHAR", "resource_id": "VARCHAR", "boot_id": "VARCHAR", "seq": "BIGINT",
              "period_start": "VARCHAR", "period_end": "VARCHAR", "target": "VARCHAR", "framework": "VARCHAR",
              "measure": "VARCHAR", "quantity": "VARCHAR", "gap_reason": "VARCHAR", "project": "VARCHAR",
              "model_id": "VARCHAR", "workload_type": "VARCHAR", "workload_id": "VARCHAR",
              "labels": "MAP(VARCHAR, VARCHAR)"}'
        ) AS record
    FROM raw
    WHERE trim(line) <> ''
),
flat AS (
    SELECT
        file_row,
        line,
        unnest(record),
        TRY_CAST(record.period_start AS TIMESTAMPTZ)::TIMESTAMP AS starts,
        TRY_CAST(record.period_end AS TIMESTAMPTZ)::TIMESTAMP AS ends
    FROM parsed
),
hour AS (
    SELECT
        *,
        unnest([date_trunc('hour', starts)] || CASE
            WHEN ends > date_trunc('hour', starts) + INTERVAL 1 HOUR AND ends <= starts + INTERVAL 1 HOUR
                THEN [date_trunc('hour', starts) + INTERVAL 1 HOUR]
            ELSE []
        END) AS hour_start
    FROM flat
)
SELECT
    file_row,
    line,
    schema,
    host_id,
    resource_id,
    boot_id,
    seq,
    period_start,
    period_end,
    target,
    framework,
    measure,
    quantity,
    gap_reason,
    CASE
        WHEN quantity IS NULL AND gap_reason IS NULL THEN 'no quantity and no gap_reason'
        WHEN quantity IS NOT NULL AND gap_reason IS NOT NULL THEN 'a quantity beside the gap_reason ' || gap_reason
    END AS quantity_or_gap,
    project,
    model_id,
    workload_type,
    workload_id,
    labels,
    hour_start,
    (epoch_us(greatest(starts, hour_start)) - epoch_us(starts)) / (epoch_us(ends) - epoch_us(starts)) AS lower,
    (epoch_us(least(ends, hour_start + INTERVAL 1 HOUR)) - epoch_us(starts)) / (epoch_us(ends) - epoch_us(starts)) AS upper
FROM hour
