-- Fact    fct_cost: one row a line of an Azure cost export, in FOCUS words
-- Unit    billing currency; consumed_quantity as billed, driver_quantity in single units
-- Grain   line: day x resource x meter x charge type
-- Reads   landed (AZURE_COLUMNS)
-- Usage counts once: purchases, refunds and unused commitments carry money and no quantity. A commitment's use costs
-- something only in the amortised export, where it is effective and not billed.
WITH line AS (
    SELECT
        *,
        -- Managed disks are billed by tier: the tier says how large the disk is
        CASE
            WHEN meter_subcategory LIKE '%Managed Disks' THEN managed_disk_gb(regexp_extract(meter_name, '^[PES]([0-9]+) .*Disks?$', 1))
        END AS disk_gb,
        CASE
            WHEN coalesce(charge_type, 'Usage') IN ('Usage', 'UnusedReservation', 'UnusedSavingsPlan') THEN 'Usage'
            WHEN charge_type IN ('Purchase', 'Tax', 'Credit') THEN charge_type
            WHEN charge_type = 'Refund' THEN 'Credit'
            ELSE 'Adjustment'
        END AS charge_category,
        coalesce(charge_type, '') LIKE 'Unused%' AS is_unused,
        -- `100 Hours` or `10 GB` is how the price list packs a unit: the quantity counts single hours and GB. Of `10K` it counts tens of
        -- thousands. Older bills write bare `Hours` and `GB`. What a bare `1000` packs is not known
        CASE
            WHEN regexp_matches(unit_of_measure, '^[0-9]+ ?(K|M|Million)(?:[ /]|$)')
                THEN TRY_CAST(regexp_extract(unit_of_measure, '^([0-9]+)', 1) AS DOUBLE) * CASE WHEN unit_of_measure LIKE '%K%' THEN 1000 ELSE 1000000 END
            WHEN regexp_matches(unit_of_measure, '^[0-9]+ TB\b') THEN 1000
            WHEN regexp_matches(unit_of_measure, '^(1|[0-9]* ?[A-Za-z/].*)$') THEN 1
        END AS block,
        CASE
            WHEN meter_category IN ('Virtual Machines', 'Cloud Services') THEN coalesce(
                nullif(regexp_extract(additional_info, '"ServiceType"\s*:\s*"([A-Za-z]+_[^"]+)"', 1), ''),
                -- `D2 v3/D2s v3` names twins of one size
                'Standard_' || replace(nullif(regexp_extract(meter_name, '^([A-Z]+[0-9]+[^/]*?)(?: Spot| Low Priority)?(?:/.*)?$', 1), ''), ' ', '_')
            )
        END AS instance_type,
        CASE WHEN tag_text LIKE '{%' THEN tag_text ELSE '{' || tag_text || '}' END AS tag_object,
        nullif(regexp_extract(meter_name, '(?i)^(.*?)[ -](?:cached |cchd )?(?:inp|input|outp?|output)[ -].*token', 1), '') AS model
    FROM landed
),
driven AS (
    SELECT
        *,
        CASE
            WHEN charge_category <> 'Usage' THEN NULL
            WHEN is_unused THEN 'none'
            -- Models of other makers are sold through the marketplace: how many tokens a unit is the row does not say
            WHEN publisher_type = 'Marketplace' AND regexp_matches(meter_name, '(?i)tokens?\b|consumption unit') THEN NULL
            WHEN publisher_type = 'Marketplace' THEN 'none'
            WHEN concat_ws(' ', meter_category, meter_subcategory, meter_name) ILIKE '%license%' OR meter_category = 'Azure Databricks' THEN 'none'
            WHEN instance_type IS NOT NULL AND coalesce(unit_of_measure, 'Hour') LIKE '%Hour%'
                THEN CASE WHEN is_azure_reservation(resource_id) THEN 'unused_capacity_hours' ELSE 'instance_hours' END
            WHEN disk_gb IS NOT NULL THEN CASE WHEN meter_name LIKE 'S%' THEN 'hdd_gb_hours' ELSE 'ssd_gb_hours' END
            WHEN meter_category = 'Storage' AND meter_name LIKE '%Operations%' THEN 'none'
            WHEN meter_category = 'Storage' AND meter_name LIKE '%Snapshots%' AND unit_of_measure LIKE '%GB/Month' THEN 'snapshot_gb_hours'
            WHEN meter_category = 'Storage' AND unit_of_measure LIKE '%GB/Month' THEN CASE
                WHEN concat_ws(' ', meter_subcategory, meter_name) LIKE '%Premium%' THEN 'ssd_gb_hours'
                WHEN meter_subcategory LIKE '%Page Blob%' THEN 'hdd_gb_hours'
                ELSE 'object_gb_hours'
            END
            WHEN regexp_matches(meter_name, 'Data Transfer In\b|Ingress') THEN 'none'
            -- Traffic within a region has no coefficient (docs/methods/storage-and-network.md)
            WHEN regexp_matches(meter_name, 'Availability Zone|Intra-Region') THEN NULL
            WHEN regexp_matches(meter_name, 'Data Transfer Out\b|Egress') THEN 'network_gb'
            WHEN meter_category = 'Virtual Network' AND regexp_matches(meter_name, 'Public IP|IP Address') THEN 'none'
            WHEN meter_category = 'Functions' AND unit_of_measure LIKE '%GB Second%' THEN 'lambda_gb_seconds'
            WHEN meter_category = 'Functions' AND meter_name LIKE '%Executions' THEN 'none'
            WHEN meter_name LIKE '%vCPU Duration' AND unit_of_measure LIKE '%Hour%' THEN 'vcpu_hours'
            WHEN meter_name LIKE '%Memory Duration' AND unit_of_measure LIKE '%GB Hour%' THEN 'memory_gb_hours'
            WHEN regexp_matches(meter_name, '(?i)cach|cchd|\b(aud|audio|img|image|rt|ft)\b') THEN NULL
            WHEN model IS NOT NULL THEN CASE WHEN regexp_matches(meter_name, '(?i)[ -]outp?(ut)?[ -]') THEN 'output_tokens' ELSE 'input_tokens' END
        END AS energy_driver
    FROM line
)
SELECT
    'Microsoft' AS provider_name,
    billing_account_id,
    subscription_id AS sub_account_id,
    lower(resource_location) AS region_id,
    meter_category AS service_name,
    resource_id,
    coalesce(instance_type, model) AS resource_type,
    meter_id AS sku_id,
    charge_category,
    event_time AS charge_period_start,
    event_time + INTERVAL 1 DAY AS charge_period_end,
    CASE WHEN charge_category = 'Usage' AND NOT is_unused THEN quantity END AS consumed_quantity,
    unit_of_measure AS consumed_unit,
    CASE WHEN is_unused OR (charge_category = 'Usage' AND pricing_model IN ('Reservation', 'SavingsPlan')) THEN 0 ELSE cost END AS billed_cost,
    cost AS effective_cost,
    CASE WHEN charge_category = 'Usage' THEN list_cost END AS list_cost,
    billing_currency,
    energy_driver,
    CASE
        WHEN disk_gb IS NOT NULL AND energy_driver LIKE '%_gb_hours'
            THEN quantity * block * disk_gb * date_diff('hour', getvariable('month_start'), getvariable('month_end'))
        WHEN unit_of_measure LIKE '%/Month' AND energy_driver LIKE '%_gb_hours'
            THEN quantity * block * date_diff('hour', getvariable('month_start'), getvariable('month_end'))
        WHEN energy_driver <> 'none' THEN quantity * block
    END AS driver_quantity,
    -- `"owner": "CORP\jane"` comes with its backslash as it is
    TRY_CAST(coalesce(TRY_CAST(tag_object AS JSON), TRY_CAST(replace(tag_object, '\', '\\') AS JSON)) AS MAP(VARCHAR, VARCHAR)) AS tags
FROM driven
