-- Fact    fct_cost: AI services and accelerated instances by the day, as Cost Explorer has them
-- Unit    billing currency; usage in the unit that the answer names
-- Grain   day x usage type x second group
-- Reads   landed (aws-cost-explorer/open.sql), region_code
-- Days before `covered_until` stand in the export and are left to it. Of EC2 only accelerated instances are AI work.
WITH told AS (
    SELECT
        *,
        nullif(regexp_extract(usage_type, ':((?:[a-z]+\.)?[a-z0-9-]+\.(?:[0-9]*x?large|nano|micro|small|medium|metal[0-9a-z-]*))$', 1), '') AS instance_type,
        regexp_extract(usage_type, '^([A-Z]{2,3}[0-9]?)-', 1) AS billing_code,
        coalesce(CASE WHEN grouped_by = 'RECORD_TYPE' THEN group_value END, 'Usage') AS record_type,
        coalesce(usage_unit, '') ILIKE '%token%' AS is_priced_by_token
    FROM landed
    WHERE usage_type IS NOT NULL
        AND day_start >= coalesce(getvariable('covered_until')::TIMESTAMP, TIMESTAMP '1970-01-01')
),
line AS (
    SELECT
        told.* EXCLUDE (billing_code),
        coalesce(
            region_code.region_id,
            -- EC2 in Northern Virginia has no code
            CASE WHEN regexp_matches(usage_type, '^(Box|Spot|Dedicated|Heavy|Unused|Reservation|HostBox)[A-Za-z]*:') THEN 'us-east-1' END,
            getvariable('region')
        ) AS region_id,
        instance_type LIKE 'ml.%' AS is_sagemaker,
        CASE
            WHEN record_type IN ('Usage', 'DiscountedUsage', 'SavingsPlanCoveredUsage') THEN 'Usage'
            WHEN record_type IN ('Fee', 'RIFee', 'Recurring', 'Upfront', 'SavingsPlanRecurringFee', 'SavingsPlanUpfrontFee') THEN 'Purchase'
            WHEN record_type = 'Tax' THEN 'Tax'
            WHEN record_type IN ('Credit', 'Refund') THEN 'Credit'
            ELSE 'Adjustment'
        END AS charge_category
    FROM told
    LEFT JOIN region_code USING (billing_code)
),
driven AS (
    SELECT
        *,
        CASE
            WHEN charge_category <> 'Usage' THEN NULL
            WHEN is_reservation_tally(usage_type) THEN 'none'
            WHEN is_unused_reservation(usage_type) THEN 'unused_capacity_hours'
            -- A licence by the core: the machine stands beside it
            WHEN instance_type IS NOT NULL AND usage_unit ILIKE '%vcpu%' THEN 'none'
            WHEN instance_type IS NOT NULL THEN 'instance_hours'
            WHEN regexp_matches(usage_type, '(?i)cache-?(read|write)') THEN NULL
            WHEN is_priced_by_token AND regexp_matches(usage_type, '(?i)output-?token') THEN 'output_tokens'
            WHEN is_priced_by_token AND regexp_matches(usage_type, '(?i)input-?token') THEN 'input_tokens'
        END AS energy_driver
    FROM line
    WHERE instance_type IS NULL OR is_sagemaker OR regexp_matches(instance_type, '^(p|g|gr|inf|trn|dl)[0-9]')
)
SELECT
    'AWS' AS provider_name,
    CASE WHEN grouped_by = 'LINKED_ACCOUNT' THEN group_value END AS sub_account_id,
    region_id,
    CASE
        WHEN is_sagemaker THEN 'AmazonSageMaker'
        WHEN instance_type IS NOT NULL THEN 'AmazonEC2'
        WHEN is_priced_by_token THEN 'AmazonBedrock'
    END AS service_name,
    coalesce(instance_type, CASE WHEN energy_driver IN ('output_tokens', 'input_tokens') THEN usage_type END) AS resource_type,
    charge_category,
    day_start AS charge_period_start,
    day_end AS charge_period_end,
    CASE WHEN charge_category = 'Usage' THEN usage_quantity END AS consumed_quantity,
    coalesce(nullif(usage_unit, 'N/A'), usage_type) AS consumed_unit,
    -- Without record types, usage that a commitment covers stands at its list price and nothing takes it back: unknown
    CASE WHEN grouped_by = 'RECORD_TYPE' THEN unblended_cost END AS billed_cost,
    amortized_cost AS effective_cost,
    currency AS billing_currency,
    energy_driver,
    CASE
        WHEN energy_driver IN ('instance_hours', 'unused_capacity_hours') AND usage_unit IN ('Hrs', 'Hours', 'Hour') THEN usage_quantity
        WHEN energy_driver IN ('output_tokens', 'input_tokens')
            THEN usage_quantity * CASE WHEN usage_unit ILIKE '1K%' THEN 1000 WHEN usage_unit ILIKE '1M%' THEN 1000000 ELSE 1 END
    END AS driver_quantity,
    CASE
        WHEN grouped_by = 'TAG' AND split_part(group_value, '$', 2) <> ''
            THEN MAP {split_part(group_value, '$', 1): split_part(group_value, '$', 2)}
        ELSE MAP {}::MAP(VARCHAR, VARCHAR)
    END AS tags
FROM driven
