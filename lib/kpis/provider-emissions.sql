-- Step    provider_emissions: the newest word of each provider on each account, region and service of the month
-- Unit    gCO2e
-- Grain   provider x account x region x service
-- Reads   fct_provider_emissions
-- After a new carbon model a provider delivers the old and the new version side by side: the newest model wins.
CREATE OR REPLACE TEMP TABLE provider_emissions AS
SELECT *
FROM fct_provider_emissions
QUALIFY row_number() OVER (
    PARTITION BY provider_name, account_id, region_id, service_name, period_start
    ORDER BY list_transform(regexp_extract_all(model_version, '[0-9]+'), lambda part: TRY_CAST(part AS BIGINT)) DESC, refreshed_at DESC, receipt_sha256
) = 1
