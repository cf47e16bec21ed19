-- Step    intensity: the location-based factor of each zone and hour of the day with its grain, and the market-based one before instruments
-- Unit    gCO2e/kWh
-- Grain   zone x hour
-- Reads   fct_grid_intensity, grid_source, grid_yearly, market_zone, place, variables day_start, day_end, month_end, factor_kind
-- One source and kind per zone and month. A value of a day stands for its hours, of several values the finest for an hour; an hour
-- that the source lacks falls back to its month mean, then to a yearly mean that landed, then to the nearest year of the table, the
-- past before the future. A factor of another kind never steps in: lifecycle factors are no Scope 2.
-- Market-based: the residual mix by the same steps where one landed, a yearly one of the latest year begun (never of the table); else, where an
-- instrument is, the location-based factor. NULL where neither is, and where no location-based factor is known: both cover the same energy.
CREATE OR REPLACE TEMP TABLE intensity AS
WITH zone AS (
    SELECT DISTINCT grid_zone FROM place WHERE grid_zone IS NOT NULL
),
wanted AS (
    SELECT unnest([getvariable('factor_kind'), 'residual']) AS kind
),
ranked AS (
    SELECT
        fact.*,
        coalesce(grid_source.rank, 0) AS source_rank,
        list_position(['hours', 'day', 'days', 'month'], grain) AS coarseness -- NULL for the hour itself
    FROM fct_grid_intensity AS fact
    LEFT JOIN grid_source USING (source_id)
    WHERE fact.kind IN (SELECT kind FROM wanted) AND fact.carbon_intensity_gco2e_per_kwh IS NOT NULL
),
hourly AS (
    SELECT * FROM ranked WHERE grain IS DISTINCT FROM 'year'
),
landed_year AS (
    SELECT * FROM ranked
    WHERE grain = 'year'
    QUALIFY row_number() OVER (
        PARTITION BY grid_zone, kind ORDER BY source_rank, source_id, period_start DESC, version DESC NULLS LAST, receipt_sha256
    ) = 1
),
authority AS (
    SELECT grid_zone, source_id, kind
    FROM hourly
    GROUP BY grid_zone, source_id, kind
    QUALIFY row_number() OVER (PARTITION BY grid_zone, kind ORDER BY min(source_rank), source_id) = 1
),
authoritative AS (
    SELECT hourly.*
    FROM hourly
    JOIN authority USING (grid_zone, source_id, kind)
    QUALIFY row_number() OVER (PARTITION BY hourly.grid_zone, hourly.kind, coarseness, period_start ORDER BY version DESC NULLS LAST, receipt_sha256) = 1
),
-- A day of local time may end in the next month: its hours there are no part of this month's mean.
timed AS (
    SELECT * REPLACE (unnest(generate_series(
        period_start,
        CASE WHEN grain = 'day' THEN least(period_start + INTERVAL 23 HOUR, getvariable('month_end')::TIMESTAMP - INTERVAL 1 HOUR) ELSE period_start END,
        INTERVAL 1 HOUR
    )) AS period_start)
    FROM authoritative
),
exact AS (
    SELECT * FROM timed
    QUALIFY row_number() OVER (PARTITION BY grid_zone, kind, period_start ORDER BY coarseness NULLS FIRST, version DESC NULLS LAST, receipt_sha256) = 1
),
month_mean AS (
    SELECT grid_zone, source_id, kind, sum(carbon_intensity_gco2e_per_kwh::DECIMAL(18,6))::DOUBLE / count(*) AS mean
    FROM exact
    GROUP BY ALL
),
yearly AS (
    SELECT * FROM grid_yearly
    WHERE kind = getvariable('factor_kind')
    QUALIFY row_number() OVER (
        PARTITION BY grid_zone
        ORDER BY (year > year(getvariable('day_start')))::INTEGER, abs(year(getvariable('day_start')) - year)
    ) = 1
),
hour AS (
    SELECT unnest(generate_series(getvariable('day_start'), getvariable('day_end') - INTERVAL 1 HOUR, INTERVAL 1 HOUR)) AS period_start
),
found AS (
    SELECT
        zone.grid_zone,
        hour.period_start,
        wanted.kind,
        coalesce(
            exact.carbon_intensity_gco2e_per_kwh, month_mean.mean,
            landed_year.carbon_intensity_gco2e_per_kwh, yearly.gco2e_per_kwh
        ) AS gco2e_per_kwh,
        CASE
            WHEN exact.grid_zone IS NOT NULL THEN exact.source_id || '/' || zone.grid_zone || '/' || exact.kind || '/' || exact.grain
            WHEN month_mean.grid_zone IS NOT NULL THEN month_mean.source_id || '/' || zone.grid_zone || '/' || month_mean.kind || '/month'
            WHEN landed_year.grid_zone IS NOT NULL THEN landed_year.source_id || '/' || zone.grid_zone || '/' || landed_year.kind || '/year'
            WHEN yearly.grid_zone IS NOT NULL THEN 'yearly-' || yearly.year || '/' || zone.grid_zone || '/' || yearly.kind || '/year'
        END AS factor_id,
        factor_u95(
            CASE WHEN exact.grid_zone IS NOT NULL THEN exact.grain WHEN month_mean.grid_zone IS NOT NULL THEN 'month' ELSE 'year' END,
            exact.is_estimated
        ) AS factor_u95_ratio,
        -- The year that most of the months are of: a year of a residual mix may begin in another time zone, or in April.
        CASE WHEN exact.grid_zone IS NULL AND month_mean.grid_zone IS NULL THEN year(landed_year.period_start + INTERVAL 6 MONTH) END AS landed_of
    FROM zone
    CROSS JOIN hour
    CROSS JOIN wanted
    LEFT JOIN exact
        ON exact.grid_zone = zone.grid_zone AND exact.kind = wanted.kind AND exact.period_start = hour.period_start
    LEFT JOIN month_mean ON month_mean.grid_zone = zone.grid_zone AND month_mean.kind = wanted.kind
    LEFT JOIN landed_year ON landed_year.grid_zone = zone.grid_zone AND landed_year.kind = wanted.kind
    LEFT JOIN yearly ON yearly.grid_zone = zone.grid_zone AND yearly.kind = wanted.kind
)
SELECT
    location.grid_zone,
    location.period_start,
    location.gco2e_per_kwh AS carbon_intensity_gco2e_per_kwh,
    location.factor_id,
    location.factor_u95_ratio,
    CASE
        WHEN location.gco2e_per_kwh IS NULL THEN NULL
        WHEN residual.gco2e_per_kwh IS NOT NULL THEN residual.gco2e_per_kwh
        WHEN market_zone.grid_zone IS NOT NULL THEN location.gco2e_per_kwh
    END AS market_gco2e_per_kwh,
    CASE
        WHEN location.gco2e_per_kwh IS NOT NULL AND residual.gco2e_per_kwh IS NOT NULL
            THEN residual.factor_id || coalesce('-' || residual.landed_of, '')
    END AS residual_factor_id
FROM found AS location
LEFT JOIN found AS residual
    ON residual.grid_zone = location.grid_zone AND residual.period_start = location.period_start AND residual.kind = 'residual'
LEFT JOIN market_zone ON market_zone.grid_zone = location.grid_zone
WHERE location.kind = getvariable('factor_kind')
