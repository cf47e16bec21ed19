-- Opens   records of the agent, whatever their envelope: one row for each hour that a record touches
-- Unit    parts of the record's length; microseconds
-- Grain   record x hour (a record is an hour at most, so it touches two)
-- Reads   record (agent/open.sql or agent/open-activity.sql)
-- A record that crosses an hour belongs to both by time; `lower` and `upper` are the cuts, as parts of its whole length.
WITH timed AS (
    SELECT
        *,
        TRY_CAST(period_start AS TIMESTAMPTZ)::TIMESTAMP AS starts,
        TRY_CAST(period_end AS TIMESTAMPTZ)::TIMESTAMP AS ends
    FROM record
),
hour AS (
    SELECT
        *,
        unnest([date_trunc('hour', starts)] || CASE
            WHEN ends > date_trunc('hour', starts) + INTERVAL 1 HOUR AND ends <= starts + INTERVAL 1 HOUR
                THEN [date_trunc('hour', starts) + INTERVAL 1 HOUR]
            ELSE []
        END) AS hour_start
    FROM timed
)
SELECT
    * EXCLUDE (starts, ends),
    (epoch_us(greatest(starts, hour_start)) - epoch_us(starts)) / (epoch_us(ends) - epoch_us(starts)) AS lower,
    (epoch_us(least(ends, hour_start + INTERVAL 1 HOUR)) - epoch_us(starts)) / (epoch_us(ends) - epoch_us(starts)) AS upper,
    epoch_us(least(ends, hour_start + INTERVAL 1 HOUR)) - epoch_us(greatest(starts, hour_start)) AS microseconds
FROM hour
