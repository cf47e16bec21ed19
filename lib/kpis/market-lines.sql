-- Step    market_line: the month's sums with their market-based emissions, and the rule that gave them
-- Unit    gCO2e
-- Grain   that of ledger_sum, where a grid factor is known
-- Reads   ledger_sum, instrument_use
-- Instruments serve the Scope 2 lines of their zone alike, by emissions; where these are none at all, by energy. Scope 3, and Scope 2 of a zone
-- with neither an instrument nor a residual mix, keep their location-based emissions.
CREATE OR REPLACE TEMP VIEW market_line AS
SELECT
    ledger_sum.*,
    CASE
        WHEN zone.grid_zone IS NULL THEN 'location-based'
        WHEN zone.used IS NULL THEN 'residual mix'
        WHEN ledger_sum.residual_factor_id IS NULL THEN 'instruments, grid average'
        ELSE 'instruments, residual mix'
    END AS rule,
    CASE WHEN zone.grid_zone IS NULL THEN ledger_sum.emissions_location_gco2e ELSE ledger_sum.emissions_market_gco2e END AS before_instruments_gco2e,
    CASE
        WHEN zone.grid_zone IS NULL THEN ledger_sum.emissions_location_gco2e
        WHEN zone.used IS NULL OR zone.consumed_kwh = 0 THEN ledger_sum.emissions_market_gco2e
        WHEN zone.before_gco2e = 0
            THEN (joules_to_kwh(ledger_sum.facility_energy_joules)::DOUBLE * zone.after_gco2e / zone.consumed_kwh)::DECIMAL(28,6)
        ELSE (ledger_sum.emissions_market_gco2e::DOUBLE * zone.after_gco2e / zone.before_gco2e)::DECIMAL(28,6)
    END AS gco2e
FROM ledger_sum
LEFT JOIN instrument_use AS zone ON zone.grid_zone = ledger_sum.grid_zone AND ledger_sum.scope = 'scope_2'
WHERE ledger_sum.emissions_location_gco2e IS NOT NULL
