-- The detailed export as BigQuery nests it; the second row was used in July, in UTC.
SELECT
    'BA' AS billing_account_id,
    {'id': 'X', 'description': 'Compute Engine'} AS service,
    {'id': 'SKU', 'description': 'N2 Instance Core running in London'} AS sku,
    TIMESTAMPTZ '2026-06-30 23:00:00+00:00' + to_hours(later) AS usage_start_time,
    TIMESTAMPTZ '2026-07-01 00:00:00+00:00' + to_hours(later) AS usage_end_time,
    {'id': 'p-1', 'labels': [{'key': 'env', 'value': 'prod'}]} AS project,
    [{'key': 'team', 'value': 'chat'}] AS labels,
    [{'key': 'compute.googleapis.com/machine_spec', 'value': 'n2-standard-8'}] AS system_labels,
    {'location': 'europe-west2', 'region': 'europe-west2'} AS location,
    {'name': 'vm-1', 'global_name': '//compute.googleapis.com/vm-1'} AS resource,
    TIMESTAMPTZ '2026-07-01 05:00:00+00:00' AS export_time,
    0.3 AS cost,
    'USD' AS currency,
    {'amount': 28800.0, 'unit': 'seconds', 'amount_in_pricing_units': 8.0, 'pricing_unit': 'hour'} AS usage,
    [{'name': 'Sustained use', 'amount': -0.05}, {'name': 'Promo', 'amount': -0.05}] AS credits,
    'regular' AS cost_type
FROM (VALUES (0), (1)) AS line (later)
