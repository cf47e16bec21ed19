-- Fact    fct_grid_intensity: average carbon intensity of the grid
-- Unit    gCO2e/kWh
-- Grain   hour x zone x kind; a coarser source keeps its own grain and gives one row a period
-- Reads   series (file_row, period_start, period_end, grid_zone, kind, carbon_intensity, is_estimated, version)
-- An hour is the mean of its parts, and only where every part is known. The newest version of a value stands.
WITH newest AS (
    SELECT *
    FROM series
    QUALIFY row_number() OVER (PARTITION BY grid_zone, kind, period_start ORDER BY version DESC NULLS LAST, file_row DESC) = 1
),
-- A period without an end lasts as long as the shortest step of its series; a value that stands alone lasts an hour.
stepped AS (
    SELECT *, epoch(lead(period_start) OVER (PARTITION BY grid_zone, kind ORDER BY period_start) - period_start)::BIGINT AS step
    FROM newest
),
timed AS (
    SELECT *, coalesce(epoch(period_end - period_start)::BIGINT, min(step) OVER (PARTITION BY grid_zone, kind), 3600) AS seconds
    FROM stepped
),
part AS (
    SELECT *, CASE
        WHEN seconds > 0 AND seconds <= 3600 AND 3600 % seconds = 0 AND epoch(period_start)::BIGINT % seconds = 0 THEN 'hour'
        WHEN seconds = 86400 THEN 'day'
        WHEN seconds BETWEEN 28 * 86400 AND 31 * 86400 THEN 'month'
        WHEN seconds BETWEEN 365 * 86400 AND 366 * 86400 THEN 'year'
    END AS grain
    FROM timed
    WHERE carbon_intensity IS NOT NULL
)
SELECT
    CASE WHEN grain = 'hour' THEN date_trunc('hour', period_start) ELSE period_start END AS period_start,
    grid_zone,
    kind,
    CASE
        WHEN min(seconds) = max(seconds) THEN avg(carbon_intensity ORDER BY part.period_start)
        ELSE sum(carbon_intensity * seconds ORDER BY part.period_start) / sum(seconds)
    END AS carbon_intensity_gco2e_per_kwh,
    CASE WHEN max(seconds) = 1800 THEN 'half_hour' ELSE grain END AS grain,
    CASE WHEN bool_or(is_estimated) THEN TRUE WHEN count(is_estimated) = count(*) THEN FALSE END AS is_estimated,
    max(version) AS version
FROM part
WHERE grain IS NOT NULL
GROUP BY CASE WHEN part.grain = 'hour' THEN date_trunc('hour', part.period_start) ELSE part.period_start END, grid_zone, kind, part.grain
HAVING part.grain <> 'hour' OR sum(seconds) = 3600
ORDER BY 1, 2, 3
