-- Opens   answers of the AWS Sustainability API (GetEstimatedCarbonEmissions): one row a result, in columns of CARBON_EMISSIONS
-- Unit    as each value names it (MTCO2e)
-- Grain   month x account x region x service
-- Reads   raw (the lines of one JSON text)
WITH answer AS (
    SELECT TRY_CAST(string_agg(line, chr(10) ORDER BY file_row) AS JSON) AS answer FROM raw
),
result AS (
    SELECT unnest(CASE
        WHEN json_array_length(answer -> 'Results') > 0 THEN (answer -> 'Results')::JSON[]
        ELSE []::JSON[]
    END) AS result
    FROM answer
),
named AS (
    SELECT result, result -> 'DimensionsValues' AS dimensions, result -> 'EmissionsValues' AS emissions FROM result
)
SELECT
    row_number() OVER () AS file_row,
    result -> 'TimePeriod' ->> 'Start' AS usage_period_start,
    result ->> 'ModelVersion' AS model_version,
    dimensions ->> 'USAGE_ACCOUNT_ID' AS usage_account_id,
    dimensions ->> 'SERVICE' AS product_code,
    dimensions ->> 'REGION' AS region_code,
    emissions -> 'TOTAL_MBM_CARBON_EMISSIONS' ->> 'Value' AS total_mbm_emissions_value,
    emissions -> 'TOTAL_MBM_CARBON_EMISSIONS' ->> 'Unit' AS total_mbm_emissions_unit,
    emissions -> 'TOTAL_LBM_CARBON_EMISSIONS' ->> 'Value' AS total_lbm_emissions_value,
    emissions -> 'TOTAL_LBM_CARBON_EMISSIONS' ->> 'Unit' AS total_lbm_emissions_unit,
    emissions -> 'TOTAL_SCOPE_1_CARBON_EMISSIONS' ->> 'Value' AS total_scope_1_emissions_value,
    emissions -> 'TOTAL_SCOPE_1_CARBON_EMISSIONS' ->> 'Unit' AS total_scope_1_emissions_unit,
    emissions -> 'TOTAL_SCOPE_2_LBM_CARBON_EMISSIONS' ->> 'Value' AS total_scope_2_lbm_emissions_value,
    emissions -> 'TOTAL_SCOPE_2_LBM_CARBON_EMISSIONS' ->> 'Unit' AS total_scope_2_lbm_emissions_unit,
    emissions -> 'TOTAL_SCOPE_2_MBM_CARBON_EMISSIONS' ->> 'Value' AS total_scope_2_mbm_emissions_value,
    emissions -> 'TOTAL_SCOPE_2_MBM_CARBON_EMISSIONS' ->> 'Unit' AS total_scope_2_mbm_emissions_unit,
    emissions -> 'TOTAL_SCOPE_3_LBM_CARBON_EMISSIONS' ->> 'Value' AS total_scope_3_lbm_emissions_value,
    emissions -> 'TOTAL_SCOPE_3_LBM_CARBON_EMISSIONS' ->> 'Unit' AS total_scope_3_lbm_emissions_unit,
    emissions -> 'TOTAL_SCOPE_3_MBM_CARBON_EMISSIONS' ->> 'Value' AS total_scope_3_mbm_emissions_value,
    emissions -> 'TOTAL_SCOPE_3_MBM_CARBON_EMISSIONS' ->> 'Unit' AS total_scope_3_mbm_emissions_unit
FROM named
