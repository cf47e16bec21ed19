-- A month without products, reservations and savings plans: their columns are not there.
SELECT
    TIMESTAMP '2026-06-01 00:00:00' AS line_item_usage_start_date,
    TIMESTAMP '2026-06-01 01:00:00' AS line_item_usage_end_date,
    'Usage' AS line_item_line_item_type,
    1.0 AS line_item_usage_amount,
    0.1 AS line_item_unblended_cost,
    'USD' AS line_item_currency_code,
    'USW2-SpotUsage:m5.large' AS line_item_usage_type,
    'AmazonEC2' AS line_item_product_code,
    '1111' AS line_item_usage_account_id,
    'us-west-2c' AS line_item_availability_zone,
    'research' AS resource_tags_user_cost_center,
    '' AS resource_tags_user_name
