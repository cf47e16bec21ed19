SELECT
    DATE '2026-06-01' AS usage_month, 'BA' AS billing_account_id, {'number': '1234', 'id': 'p-1'} AS project,
    {'id': 'X', 'description': 'Compute Engine'} AS service, {'location': 'europe-west2', 'region': 'europe-west2'} AS location,
    14 AS carbon_model_version,
    {'scope1': 0.5::DOUBLE, 'scope2': {'location_based': 2.5::DOUBLE, 'market_based': 1.25::DOUBLE}, 'scope3': 0.25::DOUBLE} AS carbon_footprint_kgCO2e,
    {'location_based': 3.25::DOUBLE, 'market_based': 2.0::DOUBLE} AS carbon_footprint_total_kgCO2e
