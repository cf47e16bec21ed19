-- Opens   answers of Electricity Maps and of the UK Carbon Intensity service: one row an entry
-- Unit    gCO2e/kWh, as both services write it
-- Grain   zone x instant, as the answer has them
-- Reads   raw (the lines of one JSON text)
-- A forecast stands only where no actual is given, and then as an estimate. An answer without an entry gives one empty row.
WITH answer AS (
    SELECT TRY_CAST(string_agg(line, chr(10) ORDER BY file_row) AS JSON) AS answer FROM raw
),
entries AS (
    SELECT answer, CASE json_type(answer) WHEN 'ARRAY' THEN answer ELSE coalesce(answer -> 'data', answer -> 'history') END AS entries
    FROM answer
),
entry AS (
    SELECT
        answer,
        unnest(CASE json_type(entries)
            WHEN 'ARRAY' THEN CASE WHEN json_array_length(entries) > 0 THEN entries::JSON[] ELSE [NULL::JSON] END
            ELSE [entries]
        END) AS entry
    FROM entries
),
inner_entry AS (
    SELECT
        answer,
        entry,
        unnest(CASE
            WHEN json_type(entry -> 'regions') = 'ARRAY' THEN (entry -> 'regions')::JSON[]
            WHEN json_type(entry -> 'data') = 'ARRAY' THEN (entry -> 'data')::JSON[]
            ELSE [entry]
        END) AS own
    FROM entry
),
named AS (
    SELECT
        regexp_replace(coalesce(own ->> 'datetime', own ->> 'from', entry ->> 'from'), 'T([0-9]{2}:[0-9]{2})(Z|[+-])', 'T\1:00\2') AS period_start,
        regexp_replace(coalesce(own ->> 'to', entry ->> 'to'), 'T([0-9]{2}:[0-9]{2})(Z|[+-])', 'T\1:00\2') AS period_end,
        coalesce(own ->> 'regionid', entry ->> 'regionid') AS region,
        coalesce(own ->> 'zone', answer ->> 'zone') AS zone,
        (own -> 'intensity') IS NOT NULL AS is_uk,
        own,
        answer,
        coalesce(own ->> 'temporalGranularity', answer ->> 'temporalGranularity') AS granularity
    FROM inner_entry
)
SELECT
    row_number() OVER () AS file_row,
    period_start,
    coalesce(period_end, (TRY_CAST(period_start AS TIMESTAMPTZ) + CASE granularity
        WHEN '5_minutes' THEN INTERVAL 5 MINUTE
        WHEN '15_minutes' THEN INTERVAL 15 MINUTE
        WHEN 'hourly' THEN INTERVAL 1 HOUR
        WHEN 'daily' THEN INTERVAL 1 DAY
        WHEN 'monthly' THEN INTERVAL 1 MONTH
        WHEN 'yearly' THEN INTERVAL 1 YEAR
    END)::VARCHAR) AS period_end,
    CASE
        WHEN region IS NOT NULL THEN 'GB-' || region
        WHEN is_uk THEN coalesce(getvariable('zone'), 'GB')
        ELSE coalesce(zone, getvariable('zone'))
    END AS grid_zone,
    coalesce(
        own ->> 'emissionFactorType', answer ->> 'emissionFactorType', getvariable('factor_kind'),
        CASE WHEN is_uk THEN 'direct' ELSE 'lifecycle' END
    ) AS kind,
    coalesce(own ->> 'carbonIntensity', own -> 'intensity' ->> 'actual', own -> 'intensity' ->> 'forecast') AS carbon_intensity,
    CASE WHEN is_uk THEN (own -> 'intensity' ->> 'actual') IS NULL ELSE TRY_CAST(own ->> 'isEstimated' AS BOOLEAN) END AS is_estimated,
    own ->> 'updatedAt' AS version
FROM named
