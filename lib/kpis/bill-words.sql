-- Step    bill_words: what each file of a bill says of each of its charges, as one number, where its source has several files
-- Unit    none
-- Grain   charge of a file x columns by which the file is compared with another
-- Reads   bill_file, dim_charge
-- Two files are compared by account, service, resource, SKU and region, as far as both fill the column at all (one bit each); by tags where
-- not both name resources. Of the usage of a file about one to two hundred charges are its sample: those whose number ends in zeros. Fees,
-- credits and taxes prove nothing: those of a month come in many files with one amount, each a part of its own.
CREATE OR REPLACE TEMP TABLE bill_words AS
WITH file AS (
    SELECT source_id, hash(source_id, receipt_sha256) AS file_key
    FROM bill_file
    QUALIFY count(*) OVER (PARTITION BY source_id) > 1
),
charge AS (
    SELECT
        source_id, file_key, charge_in_file,
        charge_category = 'Usage' AS is_usage,
        hash(charge_category, met_account(provider_name, sub_account_id), service_name) AS common,
        CASE WHEN resource_id IS NOT NULL THEN hash(resource_id) END AS resource,
        CASE WHEN sku_id IS NOT NULL THEN hash(sku_id) END AS sku,
        CASE WHEN region_id IS NOT NULL THEN hash(region_id) END AS region,
        CASE WHEN cardinality(tags) > 0 THEN hash(tags) END AS tags
    FROM dim_charge
    SEMI JOIN file USING (file_key)
),
filled AS (
    SELECT
        source_id, file_key,
        CASE WHEN count(resource) > 0 THEN 1 ELSE 0 END | CASE WHEN count(sku) > 0 THEN 2 ELSE 0 END
        | CASE WHEN count(region) > 0 THEN 4 ELSE 0 END | CASE WHEN count(tags) > 0 THEN 8 ELSE 0 END AS filled,
        1::UBIGINT << greatest(floor(log2(greatest(count(*) FILTER (WHERE is_usage), 1) / 128)), 0)::UBIGINT AS one_of
    FROM charge
    GROUP BY ALL
),
compared AS (
    SELECT DISTINCT source_id, one.filled & other.filled AS columns
    FROM (SELECT DISTINCT source_id, filled FROM filled) AS one
    JOIN (SELECT DISTINCT source_id, filled FROM filled) AS other USING (source_id)
),
said AS (
    SELECT
        source_id, file_key, charge_in_file, filled, columns, one_of, is_usage,
        hash(
            columns, common,
            CASE WHEN columns & 1 > 0 THEN resource END,
            CASE WHEN columns & 2 > 0 THEN sku END,
            CASE WHEN columns & 4 > 0 THEN region END,
            CASE WHEN columns & 9 = 8 THEN tags END
        ) AS words
    FROM charge
    JOIN filled USING (source_id, file_key)
    JOIN compared USING (source_id)
)
SELECT * EXCLUDE (one_of, is_usage), is_usage AND words & (one_of - 1) = 0 AS is_sample
FROM said
