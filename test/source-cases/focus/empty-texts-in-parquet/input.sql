-- Some writers of Parquet leave empty text where there is nothing.
SELECT
    provider AS ProviderName, service AS ServiceName, '1' AS BillingAccountId, '' AS SubAccountId, '' AS RegionId, '' AS ResourceId,
    'Usage' AS ChargeCategory, description AS ChargeDescription, '' AS SkuMeter, 'USD' AS BillingCurrency, '' AS CommitmentDiscountStatus,
    TIMESTAMP '2026-06-01 00:00:00' AS ChargePeriodStart, TIMESTAMP '2026-06-02 00:00:00' AS ChargePeriodEnd,
    1.0 AS BilledCost, 1.0 AS EffectiveCost, quantity AS ConsumedQuantity, unit AS ConsumedUnit, '' AS SkuPriceDetails, '' AS Tags
FROM (
    VALUES
    ('Microsoft', 'Storage', 'Premium SSD Managed Disks - P10 LRS - US East', 0.5, 'Units/Month'),
    ('Google Cloud', 'Compute Engine', 'N2 Instance Core running in London', 8.0, 'hour')
) AS line (provider, service, description, quantity, unit)
