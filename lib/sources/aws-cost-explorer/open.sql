-- Opens   answers of Cost Explorer's GetCostAndUsage: one row a day and group
-- Unit    billing currency; usage in the unit that the answer names
-- Grain   day x usage type x second group (record type, account or tag)
-- Reads   raw (the lines of one JSON text)
-- The keys of a group stand in the order of GroupDefinitions. A day without a group gives one row without a usage type.
WITH answer AS (
    SELECT TRY_CAST(string_agg(line, chr(10) ORDER BY file_row) AS JSON) AS answer FROM raw
),
day AS (
    SELECT
        answer,
        unnest(CASE
            WHEN json_array_length(answer -> 'ResultsByTime') > 0 THEN (answer -> 'ResultsByTime')::JSON[]
            ELSE [NULL::JSON]
        END) AS day
    FROM answer
),
grouped AS (
    SELECT
        answer,
        day,
        unnest(CASE WHEN json_array_length(day -> 'Groups') > 0 THEN (day -> 'Groups')::JSON[] ELSE [NULL::JSON] END) AS own
    FROM day
)
SELECT
    row_number() OVER () AS file_row,
    day -> 'TimePeriod' ->> 'Start' AS day_start,
    day -> 'TimePeriod' ->> 'End' AS day_end,
    day ->> 'Estimated' AS is_estimated,
    own -> 'Keys' ->> 0 AS usage_type,
    CASE answer -> 'GroupDefinitions' -> 1 ->> 'Type'
        WHEN 'TAG' THEN 'TAG'
        ELSE answer -> 'GroupDefinitions' -> 1 ->> 'Key'
    END AS grouped_by,
    own -> 'Keys' ->> 1 AS group_value,
    own -> 'Metrics' -> 'UnblendedCost' ->> 'Amount' AS unblended_cost,
    own -> 'Metrics' -> 'UnblendedCost' ->> 'Unit' AS currency,
    own -> 'Metrics' -> 'AmortizedCost' ->> 'Amount' AS amortized_cost,
    own -> 'Metrics' -> 'UsageQuantity' ->> 'Amount' AS usage_quantity,
    own -> 'Metrics' -> 'UsageQuantity' ->> 'Unit' AS usage_unit
FROM grouped
