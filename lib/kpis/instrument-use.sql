-- Step    instrument_use: contractual instruments set against the consumption of their zone, never beyond it
-- Unit    gCO2e
-- Grain   zone
-- Reads   ledger_sum, instrument
-- MB = sum(Q x EF) + max(0, E - sum(Q)) x EF of the rest (GHG Protocol Scope 2 Guidance).
CREATE OR REPLACE TEMP TABLE instrument_use AS
WITH consumed AS (
    SELECT
        grid_zone,
        joules_to_kwh(sum(facility_energy_joules))::DOUBLE AS kwh,
        sum(emissions_market_gco2e)::DOUBLE AS before_gco2e
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
)
SELECT
    consumed.grid_zone,
    consumed.before_gco2e,
    list({'id': used.id, 'used_mwh': used.used_kwh / 1000} ORDER BY used.id) AS used,
    sum(used.used_kwh * used.gco2e_per_kwh) + greatest(0, consumed.kwh - sum(used.used_kwh)) * consumed.before_gco2e / nullif(consumed.kwh, 0) AS after_gco2e
FROM consumed
JOIN used USING (grid_zone)
GROUP BY consumed.grid_zone, consumed.before_gco2e, consumed.kwh
