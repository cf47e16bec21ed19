-- Step    standing: what holds at each spot in each hour: site, control, zone, PUE and grid factor
-- Unit    gCO2e/kWh
-- Grain   spot x hour, numbered
-- Reads   spot, place, intensity, variables day_start, day_end
-- A host stands where the settings put it, while they do; anything else where its provider and region are. Standings of one kind
-- differ in their hour and its carbon intensities alone: what their lines come to is added up together.
CREATE OR REPLACE TEMP TABLE standing AS
WITH hour AS (
    SELECT unnest(generate_series(getvariable('day_start'), getvariable('day_end') - INTERVAL 1 HOUR, INTERVAL 1 HOUR)) AS period_start
),
placed AS (
    SELECT
        spot.spot_number,
        hour.period_start,
        coalesce(region.region_label, host.region_label) AS region_label,
        coalesce(host.site, region.site) AS site,
        coalesce(host.control, region.control) AS control,
        coalesce(host.grid_zone, region.grid_zone) AS grid_zone,
        coalesce(host.pue, region.pue) AS pue,
        coalesce(host.pue_u95_ratio, region.pue_u95_ratio) AS pue_u95_ratio
    FROM spot
    CROSS JOIN hour
    LEFT JOIN place AS host
        ON host.resource_id = spot.resource_id
        AND hour.period_start >= host.valid_from AND hour.period_start < host.valid_to
    LEFT JOIN place AS region
        ON region.resource_id IS NULL
        AND region.provider_name IS NOT DISTINCT FROM spot.provider_name
        AND region.region_id IS NOT DISTINCT FROM spot.region_id
        AND hour.period_start >= region.valid_from AND hour.period_start < region.valid_to
)
SELECT
    standing_number(placed.spot_number, hour_number(placed.period_start)) AS standing_number,
    dense_rank() OVER (
        ORDER BY region_label, site, control, placed.grid_zone, pue IS NULL, pue_u95_ratio, factor_id, factor_u95_ratio,
            residual_factor_id
    )::INTEGER AS standing_kind,
    placed.*,
    CASE WHEN control = 'cloud' THEN 'scope_3'::ghg_scope ELSE 'scope_2'::ghg_scope END AS scope,
    intensity.factor_id, intensity.carbon_intensity_gco2e_per_kwh, intensity.residual_factor_id, intensity.market_gco2e_per_kwh,
    intensity.factor_u95_ratio::DOUBLE AS factor_u95_ratio
FROM placed
LEFT JOIN intensity ON intensity.grid_zone = placed.grid_zone AND intensity.period_start = placed.period_start
ORDER BY standing_number
