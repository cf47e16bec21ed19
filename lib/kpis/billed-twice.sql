-- Step    billed_twice: charges that two bill sources tell of for the same time; both are in the cost and in the modelled energy
-- Unit    billing currency
-- Grain   provider x source of the cheaper bill x source of the dearer
-- Reads   dim_charge, cost_line
-- A charge is known again by its resource, or by account, region and SKU where it names none. Where one bill ends on the day on which the
-- other begins their times do not meet. Nobody can tell here which of the two is meant, so nothing is left out.
CREATE OR REPLACE TEMP TABLE billed_twice AS
WITH account AS (
    SELECT provider_name, sub_account_id
    FROM dim_charge
    GROUP BY ALL
    HAVING min(source_id) < max(source_id)
),
named AS (
    SELECT
        file_key, charge_in_file, source_id, provider_name,
        coalesce(resource_id, concat_ws(' ', sub_account_id, region_id, sku_id)) AS billed_as
    FROM dim_charge
    SEMI JOIN account
        ON account.provider_name IS NOT DISTINCT FROM dim_charge.provider_name
        AND account.sub_account_id IS NOT DISTINCT FROM dim_charge.sub_account_id
    WHERE charge_category = 'Usage' AND coalesce(resource_id, sku_id) IS NOT NULL
),
shared AS (
    SELECT provider_name, billed_as
    FROM named
    GROUP BY ALL
    HAVING min(source_id) < max(source_id)
),
day AS (
    SELECT
        named.provider_name, named.billed_as, named.source_id, charge_period_start::DATE AS day,
        min(charge_period_start) AS since,
        greatest(max(charge_period_end), max(charge_period_start) + INTERVAL 1 HOUR) AS until,
        sum(effective_cost) AS effective_cost
    FROM cost_line
    JOIN named USING (file_key, charge_in_file)
    JOIN shared
        ON shared.billed_as = named.billed_as AND shared.provider_name IS NOT DISTINCT FROM named.provider_name
    GROUP BY ALL
),
told AS (
    SELECT one.provider_name, one.billed_as, one.source_id, one.day, one.effective_cost, min(dearer.source_id) AS dearer_source_id
    FROM day AS one
    JOIN day AS dearer
        ON dearer.billed_as = one.billed_as AND dearer.day = one.day AND dearer.provider_name IS NOT DISTINCT FROM one.provider_name
        AND dearer.since < one.until AND one.since < dearer.until
        AND row(dearer.effective_cost, dearer.source_id) > row(one.effective_cost, one.source_id)
    GROUP BY ALL
)
SELECT
    provider_name, source_id, dearer_source_id,
    count(DISTINCT billed_as)::BIGINT AS resources,
    sum(effective_cost)::DECIMAL(28,12) AS effective_cost
FROM told
GROUP BY ALL
ORDER BY ALL
