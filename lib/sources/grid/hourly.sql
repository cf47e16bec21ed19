-- Fact    fct_grid_intensity: average carbon intensity of the grid
-- Unit    gCO2e/kWh
-- Grain   hour x zone x kind; a coarser source keeps its own grain: whole days, months and years give one row a period
-- Reads   series (file_row, period_start, period_end, grid_zone, kind, carbon_intensity, is_estimated, version)
-- A value holds for each part of its period. An hour is the mean of its parts by their length, and only where every part is
-- known: so do quarters of an hour, hours that begin at half past in UTC, steps of three hours and weeks give hours alike. Of values
-- of several lengths the finest that fills the hour stands, of versions of a value the newest.
WITH keyed AS (
    SELECT * REPLACE (zone_key(grid_zone) AS grid_zone) FROM series
),
newest AS (
    SELECT *
    FROM keyed
    QUALIFY row_number() OVER (PARTITION BY grid_zone, kind, period_start, period_end ORDER BY version DESC NULLS LAST, file_row DESC) = 1
),
-- A period without an end lasts until the next one, where that comes after the usual step of its series or an hour later (a day on which
-- clocks are set back); before a hole it lasts a usual step. A value that stands alone lasts an hour.
stepped AS (
    SELECT *, epoch(lead(period_start) OVER (PARTITION BY grid_zone, kind ORDER BY period_start) - period_start)::BIGINT AS step
    FROM newest
),
usual AS (
    SELECT *, quantile_disc(step, 0.5) OVER (PARTITION BY grid_zone, kind) AS usual_step
    FROM stepped
),
timed AS (
    SELECT *, coalesce(
        epoch(period_end - period_start)::BIGINT,
        CASE WHEN step <= usual_step OR (usual_step = 86400 AND step = 90000) THEN step ELSE usual_step END,
        3600
    ) AS seconds
    FROM usual
),
part AS (
    SELECT *, CASE
        WHEN seconds <= 3600 THEN 'hour'
        WHEN seconds = 86400 AND epoch(period_start)::BIGINT % 3600 = 0 THEN 'day'
        WHEN seconds <= 90000 THEN 'hours'
        -- Months of local time are longer or shorter by an hour where clocks are set.
        WHEN seconds BETWEEN 28 * 86400 - 3600 AND 31 * 86400 + 3600 THEN 'month'
        WHEN seconds BETWEEN 365 * 86400 - 3600 AND 366 * 86400 + 3600 THEN 'year'
        ELSE 'days'
    END AS grain
    FROM timed
    WHERE carbon_intensity IS NOT NULL
),
cut AS (
    SELECT *, unnest(generate_series(
        date_trunc('hour', greatest(period_start, getvariable('month_start')::TIMESTAMP)),
        least(period_start + to_seconds(seconds), getvariable('month_end')::TIMESTAMP) - INTERVAL 1 MICROSECOND,
        INTERVAL 1 HOUR
    )) AS hour_start
    FROM part
    WHERE grain IN ('hour', 'hours', 'days')
),
weighed AS (
    SELECT *, epoch(
        least(period_start + to_seconds(seconds), hour_start + INTERVAL 1 HOUR) - greatest(period_start, hour_start)
    )::BIGINT AS weight
    FROM cut
),
whole_hour AS (
    SELECT
        hour_start AS period_start,
        grid_zone,
        kind,
        CASE
            WHEN min(weight) = max(weight) THEN avg(carbon_intensity ORDER BY weighed.period_start)
            ELSE sum(carbon_intensity * weight ORDER BY weighed.period_start) / sum(weight)
        END AS carbon_intensity_gco2e_per_kwh,
        CASE WHEN max(seconds) = 1800 THEN 'half_hour' ELSE grain END AS grain,
        CASE WHEN bool_or(is_estimated) THEN TRUE WHEN count(is_estimated) = count(*) THEN FALSE END AS is_estimated,
        max(version) AS version
    FROM weighed
    GROUP BY hour_start, grid_zone, kind, weighed.grain
    HAVING sum(weight) = 3600
    QUALIFY row_number() OVER (PARTITION BY hour_start, grid_zone, kind ORDER BY max(seconds)) = 1
)
SELECT period_start, grid_zone, kind, carbon_intensity_gco2e_per_kwh, grain, is_estimated, version FROM whole_hour
UNION ALL
SELECT period_start, grid_zone, kind, carbon_intensity, grain, is_estimated, version
FROM part
WHERE grain IN ('day', 'month', 'year')
ORDER BY 1, 2, 3
