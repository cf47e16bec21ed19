-- Opens   telemetry of the agent: one row for each hour that a record touches
-- Unit    joules as the decimal text of the record
-- Grain   record x hour (a record is an hour at most, so it touches two)
-- Reads   raw (one JSON text a line)
-- Joules of one record fit DECIMAL(18,6), which is read a hundred times faster from text than DECIMAL(28,6).
-- A record that crosses an hour belongs to both by time; `lower` and `upper` are the cuts, as parts of its whole length.
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
    SELECT
        file_row,
        line,
        unnest(record),
        TRY_CAST(record.period_start AS TIMESTAMPTZ)::TIMESTAMP AS starts,
        TRY_CAST(record.period_end AS TIMESTAMPTZ)::TIMESTAMP AS ends
    FROM parsed
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
),
hour AS (
    SELECT
        *,
        unnest([date_trunc('hour', starts)] || CASE
            WHEN ends > date_trunc('hour', starts) + INTERVAL 1 HOUR AND ends <= starts + INTERVAL 1 HOUR
                THEN [date_trunc('hour', starts) + INTERVAL 1 HOUR]
            ELSE []
        END) AS hour_start
    FROM weighed
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
    component,
    domain,
    method,
    basis,
    energy_joules,
    gap_reason,
    u95_ratio,
    CASE
        WHEN energy_joules IS NULL AND gap_reason IS NULL THEN 'no energy and no gap_reason'
        WHEN energy_joules IS NOT NULL AND gap_reason IS NOT NULL THEN 'an energy beside the gap_reason ' || gap_reason
        WHEN energy_joules IS NULL AND (len(shares) > 0 OR coalesce(idle_joules, unattributed_joules) IS NOT NULL)
            THEN 'shares of an unknown energy'
        WHEN energy_joules IS NULL THEN NULL
        WHEN list_bool_or(list_transform(parts, lambda part: part IS NULL OR part < 0))
            THEN 'a share, idle_joules or unattributed_joules that is no number of at least 0'
        WHEN list_sum(parts) <> whole THEN 'shares that add up to ' || list_sum(parts) || ' of ' || whole
    END AS energy_balance,
    shares,
    idle_joules,
    unattributed_joules,
    hour_start,
    (epoch_us(greatest(starts, hour_start)) - epoch_us(starts)) / (epoch_us(ends) - epoch_us(starts)) AS lower,
    (epoch_us(least(ends, hour_start + INTERVAL 1 HOUR)) - epoch_us(starts)) / (epoch_us(ends) - epoch_us(starts)) AS upper,
    epoch_us(least(ends, hour_start + INTERVAL 1 HOUR)) - epoch_us(greatest(starts, hour_start)) AS microseconds
FROM hour
