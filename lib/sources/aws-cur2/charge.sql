-- Fact    fct_cost, first step: what the columns that name a charge say of a line of an AWS Cost and Usage Report
-- Unit    driver_units: units of the driver in one unit of usage
-- Grain   line item, or charge
-- Reads   landed (CUR 2.0 columns)
-- Nothing here depends on an amount or a time, so that a charge of which there are many lines is looked at once.
WITH told AS (
    SELECT
        *,
        -- One text, one function: DuckDB looks at each distinct usage type of a column chunk once, not at every row
        nullif(regexp_extract(line_item_usage_type, '(?::|Kafka\.|Express\.)((?:[a-z]+\.)?[a-z0-9-]+\.(?:[0-9]*x?large|xlplus|nano|micro|small|medium|metal[0-9a-z-]*)(?:\.search|\.elasticsearch)?)$', 1), '') AS usage_instance_type,
        regexp_extract(line_item_usage_type, '(ECS|EKS)-EC2-') <> '' AS is_split_share,
        regexp_extract(line_item_usage_type, 'CPUCredits|EBSOptimized|ExtendedSupport') <> '' AS is_instance_extra,
        is_reservation_tally(line_item_usage_type) AS is_reservation_tally,
        is_unused_reservation(line_item_usage_type) AS is_unused_reservation,
        -- A dedicated host; the instances on it have lines of their own
        line_item_usage_type LIKE '%HostUsage:%' AS is_dedicated_host,
        regexp_extract(line_item_usage_type, 'VolumeP-|(Volume|Storage)IOUsage|PIOPS$|CPUCredits|AWS-In-Bytes|DataTransfer-In-|PublicIPv4:|ElasticIP:|Lambda-Edge-Request|ExtendedSupport|Windows-OS-Hours|EarlyDelete') <> '' AS is_free_of_energy,
        regexp_extract(line_item_usage_type, 'Snapshot(Usage|ArchiveStorage)|ChargedBackupUsage') <> '' AS is_snapshot,
        regexp_extract(line_item_usage_type, 'VolumeUsage(\.st1|\.sc1)?$|RDS:(Multi-AZ-)?StorageUsage$|ES:Magnetic-Storage$') <> '' AS is_hdd,
        regexp_extract(line_item_usage_type, 'VolumeUsage\.|(RDS|ES):.*-Storage$|Aurora:.*StorageUsage$|Kafka\.Storage\.GP[23]$') <> '' AS is_ssd,
        regexp_extract(line_item_usage_type, 'AWS-Out-Bytes|DataTransfer-Out-Bytes') <> '' AS is_network,
        regexp_extract(line_item_usage_type, '(?i)cache-?(read|write)') <> '' AS is_cached_token,
        regexp_extract(line_item_usage_type, '(?i)output-?token') <> '' AS is_output_token,
        regexp_extract(line_item_usage_type, '(?i)input-?token') <> '' AS is_input_token,
        line_item_usage_type ILIKE '%token%' OR line_item_usage_type LIKE '%created_image%' OR coalesce(product['product_name'] LIKE '%Bedrock Edition%', false) AS is_model_of_others,
        line_item_usage_type LIKE '%Request%' AS is_request,
        line_item_usage_type LIKE '%TimedStorage%' AS is_timed_storage,
        line_item_usage_type LIKE '%ByteHrs%' AS is_byte_hours,
        line_item_usage_type LIKE '%DataTransfer-Regional-Bytes' AS is_regional_traffic,
        line_item_usage_type LIKE '%DPU-Hour' AS is_dpu_hours,
        line_item_usage_type LIKE '%Lambda-%GB-Second%' AND line_item_usage_type NOT LIKE '%SnapStart%' AS is_lambda_memory,
        line_item_usage_type LIKE '%Fargate-%vCPU-Hours%' OR line_item_usage_type LIKE '%EMR-SERVERLESS-%vCPUHours' OR line_item_usage_type ILIKE '%AppRunner-%vCPU-Hours' AS is_serverless_cpu,
        line_item_usage_type LIKE '%Fargate-%GB-Hours%' OR line_item_usage_type LIKE '%EMR-SERVERLESS-%GBHours' OR line_item_usage_type ILIKE '%AppRunner-%GB-Hours' AS is_serverless_memory,
        line_item_usage_type LIKE '%EMR-SERVERLESS-%' AS is_emr_serverless,
        line_item_usage_type LIKE '%Storage%' AS is_storage,
        line_item_usage_type LIKE '%Multi-AZUsage:%' OR line_item_usage_type LIKE '%Multi-AZUsg:%' OR line_item_usage_type LIKE '%RDS:Multi-AZ-%' OR line_item_usage_type LIKE '%Multi%InstanceUsage:mq.%' AS has_standby,
        line_item_usage_type LIKE '%Multi-AZClusterUsage:%' OR line_item_usage_type LIKE '%RDS:Multi-AZCluster-%' OR line_item_usage_type LIKE '%RabbitMQ-3-InstanceUsage:%' AS has_two_standbys,
        -- Of machines: older reports leave the unit of hours out. Storage and licences name machines too
        CASE
            WHEN coalesce(pricing_unit, '') = '' OR (regexp_extract(pricing_unit, '(?i)h(ou)?rs?$') <> '' AND pricing_unit NOT ILIKE '%vcpu%') THEN 1
            WHEN pricing_unit ILIKE 'min%' THEN 1 / 60.0
            WHEN pricing_unit ILIKE 'sec%' THEN 1 / 3600.0
        END AS hours_a_unit,
        line_item_operation LIKE '%-In' AS is_receiver,
        pricing_unit ILIKE '%vcpu%' AS is_priced_by_vcpu,
        pricing_unit ILIKE '%token%' AS is_priced_by_token,
        nullif(regexp_extract(line_item_availability_zone, '^([a-z-]+-[0-9]+(?:-[a-z]+-[0-9]+|-wl[0-9]+-.*-[0-9]+)?)', 1), '') AS zone_region_id
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
            nullif(regexp_extract(product_instance_type, '^(ml\.[^.]+\.[^-]+)', 1), ''),
            nullif(product_instance_type, ''),
            usage_instance_type
        ) AS instance_type,
        nullif(coalesce(product['model'], product_model), '') AS model,
        -- A Multi-AZ line stands for the database or broker and its standby, one of a cluster for all three; their price is that of all
        CASE WHEN has_two_standbys THEN 3 WHEN has_standby THEN 2 ELSE 1 END AS machines
    FROM told
)
SELECT
    *,
    CASE
        WHEN charge_category <> 'Usage' THEN NULL
        -- Models of other makers are sold through the Marketplace, in units that the line does not name
        WHEN bill_billing_entity = 'AWS Marketplace' THEN CASE WHEN is_model_of_others THEN NULL ELSE 'none' END
        -- Fees for machines that have lines of their own: EMR, EKS Auto Mode, managed instances of ECS and Lambda
        WHEN line_item_product_code = 'ElasticMapReduce' AND NOT is_emr_serverless THEN 'none'
        WHEN split_line_item_parent_resource_id <> '' AND is_split_share THEN 'none'
        WHEN instance_type IS NOT NULL AND (is_instance_extra OR line_item_product_code IN ('AmazonEKS', 'AmazonECS', 'AWSLambda')) THEN 'none'
        WHEN is_reservation_tally THEN 'none'
        WHEN is_unused_reservation THEN 'unused_capacity_hours'
        WHEN is_dedicated_host THEN NULL
        WHEN instance_type IS NOT NULL AND hours_a_unit IS NOT NULL THEN 'instance_hours'
        -- A licence by the core: the machine has a line of its own
        WHEN instance_type IS NOT NULL AND is_priced_by_vcpu THEN 'none'
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
        WHEN is_lambda_memory AND NOT is_storage THEN 'lambda_gb_seconds'
        WHEN is_serverless_cpu THEN 'vcpu_hours'
        WHEN is_serverless_memory AND NOT is_storage THEN 'memory_gb_hours'
        WHEN is_cached_token THEN NULL
        WHEN is_priced_by_token AND is_output_token THEN 'output_tokens'
        WHEN is_priced_by_token AND is_input_token THEN 'input_tokens'
    END AS energy_driver,
    CASE
        WHEN energy_driver = 'instance_hours' THEN hours_a_unit * machines
        WHEN energy_driver = 'vcpu_hours' AND is_dpu_hours THEN 4 -- a DPU is 4 vCPU
        -- GB-Mo of a line are gigabytes times the fraction of the month
        WHEN energy_driver IN ('snapshot_gb_hours', 'hdd_gb_hours', 'ssd_gb_hours', 'object_gb_hours')
            THEN date_diff('hour', getvariable('month_start'), getvariable('month_end'))
                * machines
        WHEN energy_driver IN ('output_tokens', 'input_tokens')
            THEN CASE WHEN pricing_unit ILIKE '1K%' THEN 1000 WHEN pricing_unit ILIKE '1M%' THEN 1000000 ELSE 1 END
        WHEN energy_driver <> 'none' THEN 1
    END AS driver_units,
    -- What the line's amounts are made of, asked once a charge: a million lines look at no text
    charge_category = 'Usage' AS is_usage,
    line_item_line_item_type = 'SavingsPlanCoveredUsage' AS is_covered_by_plan,
    line_item_line_item_type = 'SavingsPlanNegation' AS is_plan_negation,
    line_item_line_item_type = 'DiscountedUsage' AS is_reserved,
    line_item_line_item_type IN ('SavingsPlanNegation', 'SavingsPlanUpfrontFee')
        OR (line_item_line_item_type = 'Fee' AND reservation_reservation_a_r_n <> '') AS is_spread_over_usage,
    line_item_line_item_type = 'SavingsPlanRecurringFee' AS is_plan_fee,
    line_item_line_item_type = 'RIFee' AS is_reservation_fee
FROM line
