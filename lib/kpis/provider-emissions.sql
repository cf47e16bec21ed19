-- Step    provider_emissions: the newest word of each provider on each account, region, service and part of the month
-- Unit    gCO2e
-- Grain   provider x account x region x service x part that the provider reports it in
-- Reads   fct_provider_emissions
-- After a new carbon model a provider delivers the old and the new version side by side: of an account the newest model alone
-- counts, also where it books under other services or regions what the older one had elsewhere.
CREATE OR REPLACE TEMP TABLE provider_emissions AS
WITH versioned AS (
    SELECT *, list_transform(regexp_extract_all(model_version, '[0-9]+'), lambda part: TRY_CAST(part AS BIGINT)) AS model_number
    FROM fct_provider_emissions
),
newest AS (
    SELECT *
    FROM versioned
    QUALIFY dense_rank() OVER (PARTITION BY provider_name, met_account(provider_name, account_id), period_start ORDER BY model_number DESC) = 1
)
SELECT * EXCLUDE (model_number)
FROM newest
QUALIFY row_number() OVER (
    PARTITION BY provider_name, met_account(provider_name, account_id), region_id, service_name, reported_part, period_start
    ORDER BY refreshed_at DESC, receipt_sha256
) = 1
