-- Fact    fct_cost: one row a line item of an AWS Cost and Usage Report, in FOCUS words
-- Unit    billing currency; usage in pricing units
-- Grain   line item
-- Reads   landed (CUR 2.0 columns)
-- Usage counts once: negations, recurring fees, taxes and credits carry money and no quantity.
WITH line AS (
    SELECT
        *,
        CASE
            WHEN line_item_line_item_type IN ('Usage', 'SavingsPlanCoveredUsage', 'DiscountedUsage') THEN 'Usage'
            WHEN line_item_line_item_type IN ('Fee', 'RIFee', 'SavingsPlanRecurringFee', 'SavingsPlanUpfrontFee') THEN 'Purchase'
            WHEN line_item_line_item_type = 'Tax' THEN 'Tax'
            WHEN line_item_line_item_type IN ('Credit', 'Refund') THEN 'Credit'
            ELSE 'Adjustment'
        END AS charge_category,
        coalesce(
            -- SageMaker once wrote the use behind the type: ml.g5.xlarge-Hosting
            CASE WHEN product_instance_type LIKE 'ml.%-%' THEN split_part(product_instance_type, '-', 1) END,
            nullif(product_instance_type, ''),
            nullif(regexp_extract(line_item_usage_type, ':((?:[a-z]+\.)?[a-z0-9-]+\.(?:[0-9]*x?large|nano|micro|small|medium|metal[0-9a-z-]*)(?:\.search|\.elasticsearch)?)$', 1), '')
        ) AS instance_type,
        nullif(coalesce(product['model'], product_model), '') AS model
    FROM landed
),
driven AS (
    SELECT
        *,
        CASE
            WHEN charge_category <> 'Usage' THEN NULL
            -- Models of other makers are sold through the Marketplace, in units that the line does not name
            WHEN bill_billing_entity = 'AWS Marketplace' THEN CASE WHEN line_item_usage_type LIKE '%TokenCount%' THEN NULL ELSE 'none' END
            WHEN line_item_product_code = 'ElasticMapReduce' THEN 'none'
            WHEN split_line_item_parent_resource_id <> '' AND regexp_matches(line_item_usage_type, 'EC2-(vCPU|GB)') THEN 'none'
            WHEN instance_type IS NOT NULL AND regexp_matches(line_item_usage_type, 'CPUCredits|EBSOptimized|ExtendedSupport') THEN 'none'
            WHEN instance_type IS NOT NULL THEN 'instance_hours'
            WHEN regexp_matches(line_item_usage_type, 'VolumeP-|(Volume|Storage)IOUsage|PIOPS$|CPUCredits|AWS-In-Bytes|DataTransfer-In-|PublicIPv4:|ElasticIP:|Lambda-Edge-Request|ExtendedSupport') THEN 'none'
            WHEN line_item_product_code = 'AWSLambda' AND line_item_usage_type LIKE '%Request%' THEN 'none'
            WHEN regexp_matches(line_item_usage_type, 'SnapshotUsage|ChargedBackupUsage') THEN 'snapshot_gb_hours'
            WHEN regexp_matches(line_item_usage_type, 'VolumeUsage(\.st1|\.sc1)?$|RDS:(Multi-AZ-)?StorageUsage$') THEN 'hdd_gb_hours'
            WHEN regexp_matches(line_item_usage_type, 'VolumeUsage\.|RDS:.*-Storage$|Aurora:.*StorageUsage$') THEN 'ssd_gb_hours'
            WHEN line_item_usage_type LIKE '%TimedStorage%' AND line_item_usage_type LIKE '%ByteHrs%'
                THEN CASE WHEN line_item_product_code = 'AmazonDynamoDB' THEN 'ssd_gb_hours' ELSE 'object_gb_hours' END
            WHEN regexp_matches(line_item_usage_type, 'AWS-Out-Bytes|DataTransfer-Out-Bytes') THEN 'network_gb'
            -- Traffic within a region has no coefficient: the sender's line is a gap, the receiver's tells of the same bytes
            WHEN line_item_usage_type LIKE '%DataTransfer-Regional-Bytes' AND line_item_operation LIKE '%-In' THEN 'none'
            WHEN line_item_usage_type LIKE '%DPU-Hour' THEN 'vcpu_hours'
            WHEN line_item_usage_type LIKE '%Lambda-%GB-Second%' THEN 'lambda_gb_seconds'
            WHEN line_item_usage_type LIKE '%Fargate-%vCPU-Hours%' THEN 'vcpu_hours'
            WHEN line_item_usage_type LIKE '%Fargate-%GB-Hours%' AND line_item_usage_type NOT LIKE '%Storage%' THEN 'memory_gb_hours'
            WHEN regexp_matches(line_item_usage_type, '(?i)cache-?(read|write)') THEN NULL
            WHEN pricing_unit ILIKE '%token%' AND regexp_matches(line_item_usage_type, '(?i)output-?token') THEN 'output_tokens'
            WHEN pricing_unit ILIKE '%token%' AND regexp_matches(line_item_usage_type, '(?i)input-?token') THEN 'input_tokens'
        END AS energy_driver
    FROM line
)
SELECT
    'AWS' AS provider_name,
    bill_payer_account_id AS billing_account_id,
    line_item_usage_account_id AS sub_account_id,
    coalesce(nullif(product_region_code, ''), nullif(regexp_extract(line_item_availability_zone, '^([a-z-]+-[0-9])', 1), '')) AS region_id,
    line_item_product_code AS service_name,
    nullif(line_item_resource_id, '') AS resource_id,
    coalesce(instance_type, model, CASE WHEN energy_driver IN ('output_tokens', 'input_tokens') THEN line_item_usage_type END) AS resource_type,
    nullif(product_sku, '') AS sku_id,
    charge_category,
    line_item_usage_start_date AS charge_period_start,
    line_item_usage_end_date AS charge_period_end,
    CASE WHEN charge_category = 'Usage' THEN line_item_usage_amount END AS consumed_quantity,
    coalesce(nullif(pricing_unit, ''), line_item_usage_type) AS consumed_unit,
    line_item_unblended_cost AS billed_cost,
    CASE line_item_line_item_type
        WHEN 'SavingsPlanCoveredUsage' THEN coalesce(savings_plan_savings_plan_effective_cost, line_item_unblended_cost)
        WHEN 'DiscountedUsage' THEN coalesce(reservation_effective_cost, line_item_unblended_cost)
        WHEN 'SavingsPlanNegation' THEN 0
        WHEN 'SavingsPlanUpfrontFee' THEN 0
        WHEN 'SavingsPlanRecurringFee' THEN
            coalesce(savings_plan_total_commitment_to_date - savings_plan_used_commitment, line_item_unblended_cost)
        WHEN 'RIFee' THEN
            coalesce(reservation_unused_amortized_upfront_fee_for_billing_period + reservation_unused_recurring_fee, line_item_unblended_cost)
        WHEN 'Fee' THEN CASE WHEN reservation_reservation_a_r_n <> '' THEN 0 ELSE line_item_unblended_cost END
        ELSE line_item_unblended_cost
    END AS effective_cost,
    CASE WHEN charge_category = 'Usage' THEN pricing_public_on_demand_cost END AS list_cost,
    line_item_currency_code AS billing_currency,
    energy_driver,
    CASE
        -- A Multi-AZ line stands for the database and its standby
        WHEN energy_driver = 'instance_hours' AND line_item_usage_type LIKE '%Multi-AZUsage%' THEN 2 * line_item_usage_amount
        -- GB-Mo of a line are gigabytes times the fraction of the month
        WHEN energy_driver = 'vcpu_hours' AND line_item_usage_type LIKE '%DPU-Hour' THEN 4 * line_item_usage_amount -- a DPU is 4 vCPU
        WHEN energy_driver IN ('snapshot_gb_hours', 'hdd_gb_hours', 'ssd_gb_hours', 'object_gb_hours')
            THEN line_item_usage_amount * date_diff('hour', getvariable('month_start'), getvariable('month_end'))
                * CASE WHEN line_item_product_code = 'AmazonRDS' AND line_item_usage_type LIKE '%RDS:Multi-AZ-%' THEN 2 ELSE 1 END
        WHEN energy_driver IN ('output_tokens', 'input_tokens')
            THEN line_item_usage_amount * CASE WHEN pricing_unit ILIKE '1K%' THEN 1000 WHEN pricing_unit ILIKE '1M%' THEN 1000000 ELSE 1 END
        WHEN energy_driver <> 'none' THEN line_item_usage_amount
    END AS driver_quantity,
    tags
FROM driven
