-- Step    factors: each grid factor that the month used, with its mean value by energy and its share
-- Unit    gCO2e/kWh
-- Grain   factor id
-- Reads   ledger_sum, instrument, instrument_use
-- energy_share is that of the location-based figures. market_energy_share is Scope 2 energy that no instrument covers, by the factor that the
-- market-based figure takes for it; NULL for factors that stand for none of it, and in a month without that figure.
WITH located AS (
    SELECT
        factor_id AS id, grid_zone,
        sum(emissions_location_gco2e) AS gco2e, sum(facility_energy_joules) AS joules, sum(facility_energy_joules)::DOUBLE AS joules_used,
        min(first_hour) AS first_hour, max(last_hour) AS last_hour
    FROM ledger_sum
    WHERE factor_id IS NOT NULL
    GROUP BY factor_id, grid_zone
),
uncovered AS (
    SELECT
        market_factor(scope, residual_factor_id, factor_id) AS id, grid_zone,
        sum(coalesce(emissions_market_gco2e, emissions_location_gco2e)) AS gco2e, sum(facility_energy_joules) AS joules,
        sum(facility_energy_joules)::DOUBLE * coalesce(any_value(rest_ratio), 1) AS joules_used,
        min(first_hour) AS first_hour, max(last_hour) AS last_hour
    FROM ledger_sum
    LEFT JOIN instrument_use USING (grid_zone)
    WHERE scope = 'scope_2' AND emissions_location_gco2e IS NOT NULL
        AND (EXISTS (SELECT 1 FROM instrument) OR EXISTS (SELECT 1 FROM instrument_use))
    GROUP BY 1, grid_zone
),
whole AS (
    SELECT nullif(sum(facility_energy_joules), 0)::DOUBLE AS joules FROM ledger_sum
)
SELECT
    id,
    grid_zone AS zone,
    split_part(id, '/', 1) AS source,
    split_part(id, '/', 3) AS kind,
    regexp_replace(split_part(id, '/', 4), '-.*', '') AS grain,
    (coalesce(located.gco2e, uncovered.gco2e)::DOUBLE
        / nullif(joules_to_kwh(coalesce(located.joules, uncovered.joules))::DOUBLE, 0))::DECIMAL(18,6) AS value,
    coalesce(located.first_hour, uncovered.first_hour) AS valid_from,
    coalesce(located.last_hour, uncovered.last_hour) + INTERVAL 1 HOUR AS valid_to,
    (located.joules_used / whole.joules)::DECIMAL(18,12) AS energy_share,
    (uncovered.joules_used / whole.joules)::DECIMAL(18,12) AS market_energy_share
FROM located
FULL JOIN uncovered USING (id, grid_zone)
CROSS JOIN whole
ORDER BY ALL
