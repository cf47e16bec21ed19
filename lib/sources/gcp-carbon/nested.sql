-- Opens a Parquet export of the BigQuery table, whose fields are nested, under the dotted names of the flat one.
-- Reads   raw
SELECT
    file_row,
    usage_month,
    billing_account_id,
    project.id AS "project.id",
    project.number AS "project.number",
    service.description AS "service.description",
    location.location AS "location.location",
    location.region AS "location.region",
    carbon_model_version,
    carbon_footprint_kgCO2e.scope1 AS "carbon_footprint_kgCO2e.scope1",
    carbon_footprint_kgCO2e.scope2.location_based AS "carbon_footprint_kgCO2e.scope2.location_based",
    carbon_footprint_kgCO2e.scope2.market_based AS "carbon_footprint_kgCO2e.scope2.market_based",
    carbon_footprint_kgCO2e.scope3 AS "carbon_footprint_kgCO2e.scope3",
    carbon_footprint_total_kgCO2e.location_based AS "carbon_footprint_total_kgCO2e.location_based",
    carbon_footprint_total_kgCO2e.market_based AS "carbon_footprint_total_kgCO2e.market_based"
FROM raw
