-- Opens   emissions.csv of CodeCarbon: one row for each hour that a run touches
-- Unit    the file's own (kWh, seconds)
-- Grain   row of the file x hour
-- Reads   raw (CSV)
-- Rows of one run are cumulative: `kwh_before` is the most that an earlier row of the run has counted.
-- `timestamp` is the end of the run, without a zone: read as UTC. `hour_start` is NULL where the run's time is unknown.
WITH timed AS (
    SELECT
        *,
        TRY_CAST("timestamp" AS TIMESTAMPTZ)::TIMESTAMP AS ended_at,
        CASE WHEN TRY_CAST(duration AS DOUBLE) BETWEEN 0 AND 366 * 86400
            THEN TRY_CAST("timestamp" AS TIMESTAMPTZ)::TIMESTAMP - to_microseconds((TRY_CAST(duration AS DOUBLE) * 1000000)::BIGINT)
        END AS started_at,
        TRY_CAST(cpu_energy AS DOUBLE) + TRY_CAST(gpu_energy AS DOUBLE) + TRY_CAST(ram_energy AS DOUBLE) AS kwh
    FROM raw
),
counted AS (
    SELECT * EXCLUDE (kwh), max(kwh) FILTER (WHERE isfinite(kwh)) OVER (
        PARTITION BY run_id ORDER BY ended_at, file_row ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    ) AS kwh_before
    FROM timed
)
SELECT *, unnest(CASE
    WHEN started_at < ended_at
        THEN generate_series(date_trunc('hour', started_at), ended_at - INTERVAL 1 MICROSECOND, INTERVAL 1 HOUR)
    ELSE [date_trunc('hour', ended_at)]
END) AS hour_start
FROM counted
