-- Asks    rows of one partition of the detailed billing export that were used in the month, for BigQuery
-- Unit    billing currency; usage in its own unit
-- Grain   line: usage window x project x SKU x resource
-- Reads   exported_table (one partition, a day)
-- Lists come as JSON. Every column in order: the same rows give the same bytes.
SELECT
    CAST(usage_start_time AS STRING) AS usage_start_time,
    CAST(usage_end_time AS STRING) AS usage_end_time,
    CAST(export_time AS STRING) AS export_time,
    billing_account_id,
    project.id AS project_id,
    service.description AS service_description,
    sku.id AS sku_id,
    sku.description AS sku_description,
    location.region AS location_region,
    location.location AS location_location,
    resource.global_name AS resource_global_name,
    resource.name AS resource_name,
    cost,
    currency,
    cost_at_list,
    cost_type,
    usage.amount AS usage_amount,
    usage.unit AS usage_unit,
    usage.amount_in_pricing_units AS usage_amount_in_pricing_units,
    usage.pricing_unit AS usage_pricing_unit,
    TO_JSON_STRING(credits) AS credits,
    TO_JSON_STRING(labels) AS labels,
    TO_JSON_STRING(project.labels) AS project_labels,
    TO_JSON_STRING(system_labels) AS system_labels
FROM `exported_table`
WHERE
    _PARTITIONTIME = CAST(@partition AS TIMESTAMP)
    AND usage_start_time >= CAST(@used_from AS TIMESTAMP)
    AND usage_start_time < CAST(@used_to AS TIMESTAMP)
ORDER BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24
