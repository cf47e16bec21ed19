-- Step    billed_twice: charges that two bill sources tell of for the same time; both are in the cost and in the modelled energy
-- Unit    billing currency
-- Grain   provider x source of the cheaper bill x source of the dearer
-- Reads   dim_charge, cost_line
-- A charge is known again within its account (or who is invoiced) by its resource, or by its SKU where it, or one of the bills, names none.
-- Tokens that a service counts bear no money and are no bill. Where one bill ends on the day on which the other begins their times do
-- not meet. Nobody can tell here which of the two is meant, so nothing is left out.
CREATE OR REPLACE TEMP TABLE billed_twice AS
WITH usage AS (
    SELECT
        file_key, charge_in_file, source_id, resource_id, sku_id,
        coalesce(provider_name, '') AS provider,
        met_account(provider_name, coalesce(sub_account_id, billing_account_id, '')) AS account
    FROM dim_charge
    WHERE charge_category = 'Usage' AND coalesce(resource_id, sku_id) IS NOT NULL
),
account AS (
    SELECT provider, account
    FROM usage
    GROUP BY ALL
    HAVING min(source_id) < max(source_id)
),
charge AS (
    SELECT usage.*, 'SKU ' || sku_id AS sku
    FROM usage
    SEMI JOIN account USING (provider, account)
),
nameless AS (
    SELECT provider, account, sku
    FROM charge
    WHERE sku IS NOT NULL
    GROUP BY ALL
    HAVING count(DISTINCT source_id) FILTER (WHERE resource_id IS NOT NULL) < count(DISTINCT source_id)
),
named AS (
    SELECT
        charge.* EXCLUDE (sku),
        CASE WHEN nameless.sku IS NULL THEN coalesce(resource_id, charge.sku) ELSE charge.sku END AS billed_as
    FROM charge
    LEFT JOIN nameless USING (provider, account, sku)
),
shared AS (
    SELECT provider, account, billed_as, row_number() OVER () AS number
    FROM named
    GROUP BY ALL
    HAVING min(source_id) < max(source_id)
),
day AS (
    SELECT
        shared.number, named.source_id, charge_period_start::DATE AS day,
        min(charge_period_start) AS since,
        greatest(max(charge_period_end), max(charge_period_start) + INTERVAL 1 HOUR) AS until,
        bool_and(charge_period_end > charge_period_start + INTERVAL 1 DAY) AS is_of_days,
        sum(effective_cost) AS effective_cost
    FROM cost_line
    JOIN named USING (file_key, charge_in_file)
    JOIN shared USING (provider, account, billed_as)
    WHERE effective_cost IS NOT NULL
    GROUP BY ALL
),
-- What one bill tells of by the month the other may tell of by the hour: the month is one time then
by_month AS (
    SELECT number FROM day GROUP BY number, source_id HAVING bool_and(is_of_days)
),
time AS (
    SELECT
        number, source_id,
        CASE WHEN number NOT IN (SELECT number FROM by_month) THEN day END AS day,
        min(since) AS since, max(until) AS until, sum(effective_cost) AS effective_cost
    FROM day
    GROUP BY ALL
),
told AS (
    SELECT one.number, one.source_id, one.day, one.effective_cost, min(dearer.source_id) AS dearer_source_id
    FROM time AS one
    JOIN time AS dearer
        ON dearer.number = one.number AND dearer.day IS NOT DISTINCT FROM one.day
        AND dearer.since < one.until AND one.since < dearer.until
        AND row(dearer.effective_cost, dearer.source_id) > row(one.effective_cost, one.source_id)
    GROUP BY ALL
)
SELECT
    nullif(provider, '') AS provider_name, source_id, dearer_source_id,
    count(DISTINCT number)::BIGINT AS resources,
    sum(effective_cost)::DECIMAL(28,12) AS effective_cost
FROM told
JOIN shared USING (number)
GROUP BY ALL
ORDER BY ALL
