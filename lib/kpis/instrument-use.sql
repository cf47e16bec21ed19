-- Step    instrument_use: contractual instruments set against the consumption of their zone, never beyond it
-- Unit    gCO2e
-- Grain   zone with an instrument or a residual mix
-- Reads   ledger_sum, instrument
-- MB = sum(Q x EF) + max(0, E - sum(Q)) x EF of the rest (GHG Protocol Scope 2 Guidance). rest_ratio is the part of E that none covers.
CREATE OR REPLACE TEMP TABLE instrument_use AS
WITH consumed AS (
    SELECT
        grid_zone,
        joules_to_kwh(sum(facility_energy_joules))::DOUBLE AS kwh,
        sum(emissions_market_gco2e)::DOUBLE AS before_gco2e,
        count(residual_factor_id) > 0 AS has_residual
    FROM ledger_sum
    WHERE emissions_market_gco2e IS NOT NULL AND scope = 'scope_2'
    GROUP BY grid_zone
),
offered AS (
    SELECT
        *,
        1000 * mwh AS kwh,
        coalesce(sum(1000 * mwh) OVER (PARTITION BY grid_zone ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS kwh_before
    FROM instrument
),
used AS (
    SELECT
        offered.id, offered.grid_zone, offered.gco2e_per_kwh,
        greatest(0, least(offered.kwh, consumed.kwh - offered.kwh_before)) AS used_kwh
    FROM offered
    JOIN consumed USING (grid_zone)
),
served AS (
    SELECT
        grid_zone,
        list({'id': id, 'used_mwh': used_kwh / 1000} ORDER BY id) AS used,
        sum(used_kwh) AS kwh,
        sum(used_kwh * gco2e_per_kwh) AS gco2e
    FROM used
    GROUP BY grid_zone
)
SELECT
    consumed.grid_zone,
    consumed.kwh AS consumed_kwh,
    consumed.before_gco2e,
    served.used,
    rest.kwh / nullif(consumed.kwh, 0) AS rest_ratio,
    coalesce(served.gco2e, 0) + coalesce(rest.kwh * consumed.before_gco2e / nullif(consumed.kwh, 0), 0) AS after_gco2e
FROM consumed
LEFT JOIN served USING (grid_zone)
CROSS JOIN LATERAL (SELECT greatest(0, consumed.kwh - coalesce(served.kwh, 0)) AS kwh) AS rest
WHERE served.grid_zone IS NOT NULL OR consumed.has_residual
