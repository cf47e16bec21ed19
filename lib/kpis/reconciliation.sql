-- Step    reconciliation: our figure beside the provider's own, never added (DESIGN §4)
-- Unit    kgCO2e
-- Grain   provider
-- Reads   provider_emissions, ledger_sum
WITH theirs AS (
    SELECT
        provider_name,
        sum(coalesce(total_location_gco2e, total_market_gco2e)) / 1000 AS kgco2e,
        string_agg(DISTINCT model_version, ', ' ORDER BY model_version) AS model_version
    FROM provider_emissions
    GROUP BY provider_name
),
ours AS (
    SELECT provider_name, sum(emissions_location_gco2e) / 1000 AS operation, sum(embodied_gco2e) / 1000 AS embodied
    FROM ledger_sum
    WHERE scope = 'scope_3'
    GROUP BY provider_name
)
SELECT
    coalesce(theirs.provider_name, ours.provider_name) AS provider,
    'emissions.location' AS measure,
    (ours.operation + coalesce(ours.embodied, 0))::DECIMAL(28,6) AS ours,
    theirs.kgco2e::DECIMAL(28,6) AS theirs,
    (ours.operation + coalesce(ours.embodied, 0) - theirs.kgco2e)::DECIMAL(28,6) AS difference,
    'kgCO2e' AS unit,
    CASE
        WHEN theirs.provider_name IS NULL THEN 'the provider has reported nothing for this month'
        WHEN ours.provider_name IS NULL THEN 'no bill of this provider in the book; carbon model ' || theirs.model_version
        ELSE 'ours: operation and amortised hardware of what the ledger knows; theirs: Scopes 1 to 3 of all services, carbon model ' || theirs.model_version
    END AS remark
FROM theirs
FULL JOIN ours USING (provider_name)
ORDER BY provider
