-- Opens   answers of WattTime: one row a point
-- Unit    gCO2e/kWh; WattTime writes pounds per MWh, and a pound is 0.45359237 kg
-- Grain   region x five minutes
-- Reads   raw (the lines of one JSON text)
-- A point of another signal than the marginal emissions keeps the signal's name as its kind, and is rejected for it.
WITH answer AS (
    SELECT TRY_CAST(string_agg(line, chr(10) ORDER BY file_row) AS JSON) AS answer FROM raw
),
point AS (
    SELECT answer -> 'meta' AS meta, unnest((answer -> 'data')::JSON[]) AS point FROM answer
)
SELECT
    row_number() OVER () AS file_row,
    point ->> 'point_time' AS period_start,
    (TRY_CAST(point ->> 'point_time' AS TIMESTAMPTZ) + INTERVAL 5 MINUTE)::VARCHAR AS period_end,
    coalesce(getvariable('zone'), meta ->> 'region') AS grid_zone,
    CASE meta ->> 'signal_type' WHEN 'co2_moer' THEN 'marginal' ELSE meta ->> 'signal_type' END AS kind,
    CASE meta ->> 'units' WHEN 'lbs_co2_per_mwh' THEN (TRY_CAST(point ->> 'value' AS DOUBLE) * 0.45359237)::VARCHAR END AS carbon_intensity,
    NULL::BOOLEAN AS is_estimated,
    meta -> 'model' ->> 'date' AS version
FROM point
