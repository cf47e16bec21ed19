-- Step    intensity: the location-based factor of each zone and hour of the day, with the grain that it came in
-- Unit    gCO2e/kWh
-- Grain   zone x hour
-- Reads   fct_grid_intensity, grid_source, grid_yearly, market_zone, place, variables day_start, day_end, factor_kind
-- One source and kind per zone and month; an hour that it lacks falls back to its month mean, then to a yearly mean that
-- landed, then to the nearest year of the table, the past before the future. A factor of another kind never steps in: lifecycle factors are no Scope 2.
CREATE OR REPLACE TEMP TABLE intensity AS
WITH zone AS (
    SELECT DISTINCT grid_zone FROM place WHERE grid_zone IS NOT NULL
),
ranked AS (
    SELECT fact.*, coalesce(grid_source.rank, 0) AS source_rank
    FROM fct_grid_intensity AS fact
    LEFT JOIN grid_source USING (source_id)
    WHERE fact.kind = getvariable('factor_kind') AND fact.carbon_intensity_gco2e_per_kwh IS NOT NULL
),
hourly AS (
    SELECT * FROM ranked WHERE grain IS DISTINCT FROM 'year'
),
landed_year AS (
    SELECT * FROM ranked
    WHERE grain = 'year'
    QUALIFY row_number() OVER (
        PARTITION BY grid_zone ORDER BY source_rank, source_id, version DESC NULLS LAST, receipt_sha256
    ) = 1
),
authority AS (
    SELECT grid_zone, source_id, kind
    FROM hourly
    GROUP BY grid_zone, source_id, kind
    QUALIFY row_number() OVER (PARTITION BY grid_zone ORDER BY min(source_rank), source_id) = 1
),
authoritative AS (
    SELECT hourly.*
    FROM hourly
    JOIN authority USING (grid_zone, source_id, kind)
    QUALIFY row_number() OVER (PARTITION BY hourly.grid_zone, period_start ORDER BY version DESC NULLS LAST, receipt_sha256) = 1
),
month_mean AS (
    SELECT grid_zone, source_id, kind, sum(carbon_intensity_gco2e_per_kwh::DECIMAL(18,6))::DOUBLE / count(*) AS mean
    FROM authoritative
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
)
SELECT
    zone.grid_zone,
    hour.period_start,
    coalesce(
        exact.carbon_intensity_gco2e_per_kwh, month_mean.mean,
        landed_year.carbon_intensity_gco2e_per_kwh, yearly.gco2e_per_kwh
    ) AS carbon_intensity_gco2e_per_kwh,
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
    CASE WHEN market_zone.grid_zone IS NOT NULL
        THEN coalesce(
            market_zone.residual_gco2e_per_kwh, exact.carbon_intensity_gco2e_per_kwh, month_mean.mean,
            landed_year.carbon_intensity_gco2e_per_kwh, yearly.gco2e_per_kwh
        )
    END AS market_gco2e_per_kwh
FROM zone
CROSS JOIN hour
LEFT JOIN authoritative AS exact ON exact.grid_zone = zone.grid_zone AND exact.period_start = hour.period_start
LEFT JOIN month_mean ON month_mean.grid_zone = zone.grid_zone
LEFT JOIN landed_year ON landed_year.grid_zone = zone.grid_zone
LEFT JOIN yearly ON yearly.grid_zone = zone.grid_zone
LEFT JOIN market_zone ON market_zone.grid_zone = zone.grid_zone
