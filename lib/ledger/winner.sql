-- Macro   winning_basis: the one place that says which figure settles an hour of a component (docs/methods/winner-rule.md)
-- Reads   basis and covered seconds of the telemetry (NULL without any), seconds in which the device is known to have
--         run, whether the bill gives a modelled figure
-- Measured before modelled before filled; nothing known is NULL, never zero.
CREATE OR REPLACE TEMP MACRO winning_basis(telemetry_basis, covered_seconds, expected_seconds, has_model) AS
    CASE
        WHEN telemetry_basis IS NULL THEN CASE WHEN has_model THEN 'modelled' END
        WHEN covered_seconds >= 0.95 * expected_seconds OR NOT has_model THEN telemetry_basis
        WHEN telemetry_basis = 'measured' AND covered_seconds > 0 THEN 'filled'
        WHEN has_model THEN 'modelled'
    END
