SELECT
    'AWS' AS ProviderName, 'Amazon Elastic Compute Cloud' AS ServiceName, '1' AS BillingAccountId,
    'Usage' AS ChargeCategory, 'USD' AS BillingCurrency,
    TIMESTAMPTZ '2026-06-01 02:00:00+02:00' AS ChargePeriodStart, TIMESTAMPTZ '2026-06-01 03:00:00+02:00' AS ChargePeriodEnd,
    0.5 AS BilledCost, 0.4 AS EffectiveCost, 1.0 AS ConsumedQuantity, 'Hours' AS ConsumedUnit,
    MAP {'InstanceType': 'p5.48xlarge', 'OperatingSystem': 'Linux'} AS SkuPriceDetails,
    MAP {'user:project': 'chat', 'user:env': 'prod'} AS Tags
