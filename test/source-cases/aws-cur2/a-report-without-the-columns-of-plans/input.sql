-- An export that was cut down to fewer columns: nothing says what a plan or a reservation costs the use that it covers.
SELECT
    TIMESTAMP '2026-06-10 08:00:00' AS line_item_usage_start_date,
    TIMESTAMP '2026-06-10 09:00:00' AS line_item_usage_end_date,
    line_type AS line_item_line_item_type,
    1.0 AS line_item_usage_amount,
    cost::DOUBLE AS line_item_unblended_cost,
    'USD' AS line_item_currency_code,
    usage_type AS line_item_usage_type,
    'AmazonEC2' AS line_item_product_code,
    '111122223333' AS line_item_usage_account_id,
    MAP {}::MAP(VARCHAR, VARCHAR) AS tags
FROM (VALUES
    ('SavingsPlanCoveredUsage', 0.101, 'EUW2-BoxUsage:c5.large'),
    ('SavingsPlanNegation', -0.101, 'EUW2-BoxUsage:c5.large'),
    ('SavingsPlanRecurringFee', 0.08, 'ComputeSP:1yrNoUpfront'),
    ('DiscountedUsage', 0, 'EUW2-BoxUsage:m5.large'),
    ('RIFee', 36, 'EUW2-HeavyUsage:m5.large')
) AS line (line_type, cost, usage_type)
