-- The tag stands with the prefix of user tags, with that of resources in the column of all tags, without one, or not at all.
SELECT
    TIMESTAMP '2026-06-30 23:00:00' + to_hours(later) AS line_item_usage_start_date,
    TIMESTAMP '2026-07-01 00:00:00' + to_hours(later) AS line_item_usage_end_date,
    'Usage' AS line_item_line_item_type,
    1.0 AS line_item_usage_amount,
    0.1 AS line_item_unblended_cost,
    currency AS line_item_currency_code,
    'EUW2-BoxUsage:c5.large' AS line_item_usage_type,
    'AmazonEC2' AS line_item_product_code,
    resource AS line_item_resource_id,
    '111122223333' AS line_item_usage_account_id,
    '' AS product_region_code,
    'eu-west-2a' AS line_item_availability_zone,
    tags
FROM (VALUES
    ('i-1', 0, 'USD', MAP {'user_project': 'chat', 'user_model': 'llama-70b'}),
    ('i-2', 0, 'USD', MAP {'project': 'chat'}),
    ('i-3', 0, 'USD', MAP {'user_project': 'search'}),
    ('i-4', 0, 'USD', NULL),
    ('i-5', 0, 'USD', MAP {'accountTag/project': 'search', 'resourceTags/project': 'chat', 'resourceTags/model': 'llama-70b'}),
    ('i-of-july', 1, 'USD', MAP {'user_project': 'chat'}),
    ('i-in-euro', 0, 'EUR', MAP {'user_project': 'chat'})
) AS line (resource, later, currency, tags)
