-- The export as Parquet: dates, decimals and timestamps in their own types.
SELECT
    'sub-1' AS SubscriptionId, day AS Date, 'Virtual Machines' AS MeterCategory, 'D4s v5' AS MeterName, '100 Hours' AS UnitOfMeasure,
    24::DECIMAL(18,6) AS Quantity, 4.6::DECIMAL(18,6) AS CostInBillingCurrency, 'USD' AS BillingCurrency, 'Usage' AS ChargeType,
    'SavingsPlan' AS PricingModel, '{"project":"chat"}' AS Tags
FROM (VALUES (TIMESTAMP '2026-06-30 00:00:00'), (TIMESTAMP '2026-07-01 00:00:00')) AS line (day)
