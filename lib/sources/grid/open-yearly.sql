-- Opens   yearly means out of an npm package: one row a zone
-- Unit    gCO2e/kWh
-- Grain   zone
-- Reads   raw (the lines of one JSON text), variable month_start
-- A yearly mean is offered to the month that is collected, and says its own year as its version.
WITH answer AS (
    SELECT TRY_CAST(string_agg(line, chr(10) ORDER BY file_row) AS JSON) AS answer FROM raw
),
mean AS (
    SELECT unnest((answer -> 'yearly')::JSON[]) AS mean FROM answer
)
SELECT
    row_number() OVER () AS file_row,
    getvariable('month_start') AS period_start,
    mean ->> 'zone' AS grid_zone,
    mean ->> 'emissionFactorType' AS kind,
    mean ->> 'carbonIntensity' AS carbon_intensity,
    mean ->> 'year' AS version
FROM mean
