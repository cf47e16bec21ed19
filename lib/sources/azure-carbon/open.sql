-- Opens   Azure's carbon emission reports by resource: one row an item of each scope
-- Unit    kgCO2e of the month that was asked for
-- Grain   scope x resource; a scope without an item gives one empty row
-- Reads   raw (one JSON text: a list of what was asked beside what was answered)
WITH part AS (
    SELECT unnest(TRY_CAST(content AS JSON[])) AS part FROM raw
),
item AS (
    SELECT
        part -> 'asked' AS asked,
        unnest(CASE
            WHEN json_array_length(part -> 'answer' -> 'value') > 0 THEN (part -> 'answer' -> 'value')::JSON[]
            ELSE [NULL::JSON]
        END) AS item
    FROM part
)
SELECT
    row_number() OVER () AS file_row,
    asked ->> 'month' AS month,
    asked ->> 'scope' AS scope,
    asked ->> 'scope_2_method' AS scope_2_method,
    CASE WHEN item IS NULL THEN 'nothing' ELSE item ->> 'dataType' END AS item_type,
    item ->> 'subscriptionId' AS subscription_id,
    item ->> 'location' AS location,
    item ->> 'resourceType' AS resource_type,
    CASE WHEN item IS NOT NULL THEN coalesce(item ->> 'latestMonthEmissions', 'nothing') END AS latest_month_emissions
FROM item
