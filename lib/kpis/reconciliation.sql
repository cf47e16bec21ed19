-- Step    reconciliation: our figure beside the provider's own, never added: two views of one energy
-- Unit    kgCO2e
-- Grain   provider x measure
-- Reads   provider_emissions, ledger_sum, dim_charge
-- What a provider reports by the market-based method alone has nothing of ours beside it.
-- Ours is of all accounts of the bill; where the provider tells of some of them alone, the remark says so.
WITH theirs AS (
    SELECT
        provider_name,
        sum(total_location_gco2e) / 1000 AS kgco2e,
        coalesce(string_agg(DISTINCT model_version, ', ' ORDER BY model_version), 'not stated') AS model_version
    FROM provider_emissions
    WHERE total_location_gco2e IS NOT NULL
    GROUP BY provider_name
),
ours AS (
    SELECT provider_name, sum(emissions_location_gco2e) / 1000 AS operation, sum(embodied_gco2e) / 1000 AS embodied
    FROM ledger_sum
    WHERE scope = 'scope_3'
    GROUP BY provider_name
),
account AS (
    SELECT billed.provider_name, count(*) AS billed, count(told.account_id) AS told
    FROM (
        SELECT DISTINCT provider_name, met_account(provider_name, sub_account_id) AS account_id
        FROM dim_charge
        WHERE charge_category = 'Usage' AND sub_account_id IS NOT NULL
    ) AS billed
    LEFT JOIN (SELECT DISTINCT provider_name, met_account(provider_name, account_id) AS account_id FROM provider_emissions) AS told USING (provider_name, account_id)
    GROUP BY billed.provider_name
),
market_alone AS (
    SELECT
        provider_name,
        sum(total_market_gco2e) / 1000 AS kgco2e,
        coalesce(string_agg(DISTINCT model_version, ', ' ORDER BY model_version), 'not stated') AS model_version
    FROM provider_emissions
    WHERE total_location_gco2e IS NULL AND total_market_gco2e IS NOT NULL
    GROUP BY provider_name
),
line AS (
    SELECT
        coalesce(theirs.provider_name, ours.provider_name) AS provider,
        'emissions.location' AS measure,
        ours.operation + coalesce(ours.embodied, 0) AS ours,
        theirs.kgco2e AS theirs,
        CASE
            WHEN theirs.provider_name IS NULL AND market_alone.provider_name IS NOT NULL THEN 'the provider has reported nothing location-based for this month'
            WHEN theirs.provider_name IS NULL THEN 'the provider has reported nothing for this month'
            WHEN ours.provider_name IS NULL THEN 'no bill of this provider in the book; carbon model ' || theirs.model_version
            ELSE 'ours: operation and amortised hardware of what the ledger knows; theirs: Scopes 1 to 3 of all services'
                || CASE
                    WHEN account.told = 0 THEN ' of accounts that the bill does not name'
                    WHEN account.told < account.billed THEN ' of ' || account.told || ' of the ' || account.billed || ' accounts of the bill'
                    ELSE ''
                END
                || ', carbon model ' || theirs.model_version
        END AS remark
    FROM theirs
    FULL JOIN ours USING (provider_name)
    LEFT JOIN market_alone ON market_alone.provider_name = ours.provider_name
    LEFT JOIN account ON account.provider_name = theirs.provider_name
    UNION ALL
    SELECT
        provider_name, 'emissions.market', NULL, kgco2e,
        'theirs: Scopes 1 to 3 of all services, market-based alone, in no figure of ours; carbon model ' || model_version
    FROM market_alone
)
SELECT
    provider, measure,
    ours::DECIMAL(28,6) AS ours,
    theirs::DECIMAL(28,6) AS theirs,
    (ours - theirs)::DECIMAL(28,6) AS difference,
    'kgCO2e' AS unit,
    remark
FROM line
ORDER BY provider, measure
