-- Opens a Parquet export of the BigQuery table, whose fields are nested, under the dotted names of the flat one; lists as JSON.
-- Reads   raw
SELECT
    * EXCLUDE (service, sku, project, location, usage, credits, labels, system_labels),
    to_json(credits)::VARCHAR AS credits,
    to_json(labels)::VARCHAR AS labels,
    to_json(system_labels)::VARCHAR AS system_labels,
    service.description AS "service.description",
    sku.id AS "sku.id",
    sku.description AS "sku.description",
    project.id AS "project.id",
    to_json(project.labels)::VARCHAR AS "project.labels",
    location.location AS "location.location",
    location.region AS "location.region",
    usage.amount AS "usage.amount",
    usage.unit AS "usage.unit",
    usage.amount_in_pricing_units AS "usage.amount_in_pricing_units",
    usage.pricing_unit AS "usage.pricing_unit"
FROM raw
