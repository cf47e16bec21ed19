-- Fact    fct_cost: one row a line item of an AWS Cost and Usage Report, in FOCUS words
-- Unit    billing currency; usage in pricing units
-- Grain   line item
-- Reads   landed (CUR 2.0 columns)
-- Usage counts once: negations, recurring fees, taxes and credits carry money and no quantity.
WITH told AS (
    SELECT
        *,
        -- One text, one function: DuckDB looks at each distinct usage type of a column chunk once, not at every row
        nullif(regexp_extract(line_item_usage_type, ':((?:[a-z]+\.)?[a-z0-9-]+\.(?:[0-9]*x?large|nano|micro|small|medium|metal[0-9a-z-]*)(?:\.search|\.elasticsearch)?)$', 1), '') AS usage_instance_type,
        regexp_extract(line_item_usage_type, 'EC2-(vCPU|GB)') <> '' AS is_split_share,
        regexp_extract(line_item_usage_type, 'CPUCredits|EBSOptimized|ExtendedSupport') <> '' AS is_instance_extra,
        regexp_extract(line_item_usage_type, 'VolumeP-|(Volume|Storage)IOUsage|PIOPS$|CPUCredits|AWS-In-Bytes|DataTransfer-In-|PublicIPv4:|ElasticIP:|Lambda-Edge-Request|ExtendedSupport') <> '' AS is_free_of_energy,
        regexp_extract(line_item_usage_type, 'SnapshotUsage|ChargedBackupUsage') <> '' AS is_snapshot,
        regexp_extract(line_item_usage_type, 'VolumeUsage(\.st1|\.sc1)?$|RDS:(Multi-AZ-)?StorageUsage$') <> '' AS is_hdd,
        regexp_extract(line_item_usage_type, 'VolumeUsage\.|RDS:.*-Storage$|Aurora:.*StorageUsage$') <> '' AS is_ssd,
        regexp_extract(line_item_usage_type, 'AWS-Out-Bytes|DataTransfer-Out-Bytes') <> '' AS is_network,
        regexp_extract(line_item_usage_type, '(?i)cache-?(read|write)') <> '' AS is_cached_token,
        regexp_extract(line_item_usage_type, '(?i)output-?token') <> '' AS is_output_token,
        regexp_extract(line_item_usage_type, '(?i)input-?token') <> '' AS is_input_token,
        line_item_usage_type LIKE '%TokenCount%' AS is_token_count,
        line_item_usage_type LIKE '%Request%' AS is_request,
        line_item_usage_type LIKE '%TimedStorage%' AS is_timed_storage,
        line_item_usage_type LIKE '%ByteHrs%' AS is_byte_hours,
        line_item_usage_type LIKE '%DataTransfer-Regional-Bytes' AS is_regional_traffic,
        line_item_usage_type LIKE '%DPU-Hour' AS is_dpu_hours,
        line_item_usage_type LIKE '%Lambda-%GB-Second%' AS is_lambda_memory,
        line_item_usage_type LIKE '%Fargate-%vCPU-Hours%' AS is_fargate_cpu,
        line_item_usage_type LIKE '%Fargate-%GB-Hours%' AS is_fargate_memory,
        line_item_usage_type LIKE '%Storage%' AS is_storage,
        line_item_usage_type LIKE '%Multi-AZUsage%' AS has_standby,
        line_item_usage_type LIKE '%RDS:Multi-AZ-%' AS has_standby_storage,
        line_item_operation LIKE '%-In' AS is_receiver,
        pricing_unit ILIKE '%token%' AS is_priced_by_token,
        nullif(regexp_extract(line_item_availability_zone, '^([a-z-]+-[0-9])', 1), '') AS zone_region_id
    FROM landed
),
line AS (
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
            usage_instance_type
        ) AS instance_type,
        nullif(coalesce(product['model'], product_model), '') AS model
    FROM told
),
driven AS (
    SELECT
        *,
        CASE
            WHEN charge_category <> 'Usage' THEN NULL
            -- Models of other makers are sold through the Marketplace, in units that the line does not name
            WHEN bill_billing_entity = 'AWS Marketplace' THEN CASE WHEN is_token_count THEN NULL ELSE 'none' END
            WHEN line_item_product_code = 'ElasticMapReduce' THEN 'none'
            WHEN split_line_item_parent_resource_id <> '' AND is_split_share THEN 'none'
            WHEN instance_type IS NOT NULL AND is_instance_extra THEN 'none'
            WHEN instance_type IS NOT NULL THEN 'instance_hours'
            WHEN is_free_of_energy THEN 'none'
            WHEN line_item_product_code = 'AWSLambda' AND is_request THEN 'none'
            WHEN is_snapshot THEN 'snapshot_gb_hours'
            WHEN is_hdd THEN 'hdd_gb_hours'
            WHEN is_ssd THEN 'ssd_gb_hours'
            WHEN is_timed_storage AND is_byte_hours
                THEN CASE WHEN line_item_product_code = 'AmazonDynamoDB' THEN 'ssd_gb_hours' ELSE 'object_gb_hours' END
            WHEN is_network THEN 'network_gb'
            -- Traffic within a region has no coefficient: the sender's line is a gap, the receiver's tells of the same bytes
            WHEN is_regional_traffic AND is_receiver THEN 'none'
            WHEN is_dpu_hours THEN 'vcpu_hours'
            WHEN is_lambda_memory THEN 'lambda_gb_seconds'
            WHEN is_fargate_cpu THEN 'vcpu_hours'
            WHEN is_fargate_memory AND NOT is_storage THEN 'memory_gb_hours'
            WHEN is_cached_token THEN NULL
            WHEN is_priced_by_token AND is_output_token THEN 'output_tokens'
            WHEN is_priced_by_token AND is_input_token THEN 'input_tokens'
        END AS energy_driver
    FROM line
)
SELECT
    'AWS' AS provider_name,
    bill_payer_account_id AS billing_account_id,
    line_item_usage_account_id AS sub_account_id,
    coalesce(nullif(product_region_code, ''), zone_region_id) AS region_id,
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
        WHEN energy_driver = 'instance_hours' AND has_standby THEN 2 * line_item_usage_amount
        -- GB-Mo of a line are gigabytes times the fraction of the month
        WHEN energy_driver = 'vcpu_hours' AND is_dpu_hours THEN 4 * line_item_usage_amount -- a DPU is 4 vCPU
        WHEN energy_driver IN ('snapshot_gb_hours', 'hdd_gb_hours', 'ssd_gb_hours', 'object_gb_hours')
            THEN line_item_usage_amount * date_diff('hour', getvariable('month_start'), getvariable('month_end'))
                * CASE WHEN line_item_product_code = 'AmazonRDS' AND has_standby_storage THEN 2 ELSE 1 END
        WHEN energy_driver IN ('output_tokens', 'input_tokens')
            THEN line_item_usage_amount * CASE WHEN pricing_unit ILIKE '1K%' THEN 1000 WHEN pricing_unit ILIKE '1M%' THEN 1000000 ELSE 1 END
        WHEN energy_driver <> 'none' THEN line_item_usage_amount
    END AS driver_quantity,
    tags
FROM driven
