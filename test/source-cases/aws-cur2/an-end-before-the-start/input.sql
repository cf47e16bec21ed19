-- A machine, a fee at one instant, a line without an end, a tax and a line that end before they begin.
SELECT
    TIMESTAMP '2026-06-10 08:00:00' AS line_item_usage_start_date,
    ended AS line_item_usage_end_date,
    line_type AS line_item_line_item_type,
    1.0 AS line_item_usage_amount,
    cost AS line_item_unblended_cost,
    'USD' AS line_item_currency_code,
    'EUW2-BoxUsage:c5.large' AS line_item_usage_type,
    'AmazonEC2' AS line_item_product_code,
    '111122223333' AS line_item_usage_account_id,
    MAP {}::MAP(VARCHAR, VARCHAR) AS product,
    MAP {}::MAP(VARCHAR, VARCHAR) AS resource_tags
FROM (VALUES
    ('Usage', TIMESTAMP '2026-06-10 09:00:00', 0.1),
    ('Fee', TIMESTAMP '2026-06-10 08:00:00', 5.0),
    ('Usage', NULL, 0.2),
    ('Tax', TIMESTAMP '2026-06-10 00:00:00', 0.8),
    ('Usage', TIMESTAMP '2026-06-10 07:00:00', 0.4)
) AS line (line_type, ended, cost)
