-- Asks    the month's rows of the Carbon Footprint export, for BigQuery
-- Unit    kgCO2e, as the table has it
-- Grain   month x billing account x project x service x location x model version
-- Reads   exported_table (its partition is the month)
-- Every column in order: the same rows give the same bytes.
SELECT
    CAST(usage_month AS STRING) AS usage_month,
    billing_account_id,
    project.id AS project_id,
    project.number AS project_number,
    service.description AS service_description,
    location.location AS location_location,
    location.region AS location_region,
    CAST(carbon_model_version AS STRING) AS carbon_model_version,
    carbon_footprint_kgCO2e.scope1 AS carbon_footprint_kgCO2e_scope1,
    carbon_footprint_kgCO2e.scope2.location_based AS carbon_footprint_kgCO2e_scope2_location_based,
    carbon_footprint_kgCO2e.scope2.market_based AS carbon_footprint_kgCO2e_scope2_market_based,
    carbon_footprint_kgCO2e.scope3 AS carbon_footprint_kgCO2e_scope3,
    carbon_footprint_total_kgCO2e.location_based AS carbon_footprint_total_kgCO2e_location_based,
    carbon_footprint_total_kgCO2e.market_based AS carbon_footprint_total_kgCO2e_market_based
FROM `exported_table`
WHERE usage_month = CAST(@month AS DATE)
ORDER BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14
