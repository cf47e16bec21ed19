-- Opens   usage details of the Azure Consumption API: one row a charge, legacy (EA, pay as you go) or modern (MCA)
-- Unit    billing currency; quantity in the unit of measure
-- Grain   day x resource x meter x charge type
-- Reads   raw (one JSON text: a page with the list `value`)
-- Both kinds nest their fields in `properties`; meters of legacy charges nest once more in `meterDetails`.
WITH item AS (
    SELECT unnest(TRY_CAST(TRY_CAST(content AS JSON) -> 'value' AS JSON[])) AS item
    FROM raw
),
charge AS (
    SELECT
        item ->> 'kind' AS kind,
        item -> 'properties' AS properties,
        item -> 'properties' -> 'meterDetails' AS meter,
        CASE WHEN json_type(item, '$.tags') = 'OBJECT' THEN (item -> 'tags')::VARCHAR END AS tags
    FROM item
)
SELECT
    row_number() OVER () AS file_row,
    kind,
    left(properties ->> 'date', 10) AS charge_date,
    coalesce(properties ->> 'costInBillingCurrency', properties ->> 'cost') AS cost,
    coalesce(properties ->> 'billingCurrencyCode', properties ->> 'billingCurrency') AS billing_currency,
    properties ->> 'paygCostInBillingCurrency' AS list_cost,
    properties ->> 'quantity' AS quantity,
    coalesce(properties ->> 'unitOfMeasure', meter ->> 'unitOfMeasure') AS unit_of_measure,
    coalesce(properties ->> 'subscriptionGuid', properties ->> 'subscriptionId') AS subscription_id,
    properties ->> 'billingAccountId' AS billing_account_id,
    nullif(properties ->> 'resourceLocation', '') AS resource_location,
    nullif(coalesce(properties ->> 'resourceId', properties ->> 'instanceName'), '') AS resource_id,
    coalesce(properties ->> 'meterCategory', meter ->> 'meterCategory') AS meter_category,
    coalesce(properties ->> 'meterSubCategory', meter ->> 'meterSubCategory') AS meter_subcategory,
    coalesce(properties ->> 'meterName', meter ->> 'meterName') AS meter_name,
    properties ->> 'meterId' AS meter_id,
    properties ->> 'chargeType' AS charge_type,
    properties ->> 'pricingModel' AS pricing_model,
    properties ->> 'publisherType' AS publisher_type,
    properties ->> 'additionalInfo' AS additional_info,
    tags AS tag_text
FROM charge
