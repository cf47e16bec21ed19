-- Fact    fct_cost: one row a line of the Google Cloud billing export, in FOCUS words
-- Unit    billing currency, net of credits; driver_quantity in the driver's unit, where a GB is 2^30 bytes as in the price list
-- Grain   line: usage window x project x SKU x resource
-- Reads   landed (BILLING_COLUMNS)
-- Usage counts once: commitment fees carry money and no quantity; where the machine type is known, its memory and
-- accelerator lines count with its cores. Lists come as JSON or as text with single quotes.
WITH line AS (
    SELECT
        * EXCLUDE (cost),
        cost + coalesce(list_sum(list_transform(
            regexp_extract_all(credits, '[''"]amount[''"]\s*:\s*[''"]?(-?[0-9.]+(?:[eE][-+]?[0-9]+)?)', 1), lambda amount: amount::DOUBLE)), 0) AS net_cost,
        "sku.description" AS sku,
        CASE
            WHEN "sku.description" LIKE 'Commitment%' THEN 'Purchase'
            WHEN coalesce(cost_type, 'regular') = 'regular' THEN 'Usage'
            WHEN cost_type = 'tax' THEN 'Tax'
            ELSE 'Adjustment'
        END AS charge_category,
        nullif(regexp_extract(system_labels, '[''"]compute\.googleapis\.com/machine_spec[''"],\s*[''"]value[''"]\s*:\s*[''"]([^''"]+)', 1), '') AS machine_spec,
        TRY_CAST(regexp_extract(system_labels, '[''"]compute\.googleapis\.com/cores[''"],\s*[''"]value[''"]\s*:\s*[''"]([0-9]+)', 1) AS DOUBLE) AS cores_label,
        regexp_matches(system_labels, '[''"]compute\.googleapis\.com/is_unused_reservation[''"],\s*[''"]value[''"]\s*:\s*[''"]true[''"]') AS is_unused
    FROM landed
),
sized AS (
    SELECT
        *,
        CASE WHEN machine_spec NOT LIKE '%custom%' THEN machine_spec END AS machine_type,
        -- Shared-core machines are billed by their fraction of a core
        CASE machine_spec
            WHEN 'e2-micro' THEN 0.25
            WHEN 'e2-small' THEN 0.5
            WHEN 'e2-medium' THEN 1
            ELSE coalesce(TRY_CAST(regexp_extract(machine_spec, '^[a-z0-9]+-[a-z]+-([0-9]+)(?:-|$)', 1) AS DOUBLE), cores_label)
        END AS billed_cores,
        CASE "usage.unit"
            WHEN 'seconds' THEN "usage.amount" / 3600
            WHEN 'byte-seconds' THEN "usage.amount" / 3600 / power(2, 30)
            WHEN 'bytes' THEN "usage.amount" / power(2, 30)
            WHEN 'count' THEN "usage.amount"
        END AS single_units,
        -- A line of a database in two zones stands for the primary and its standby
        CASE
            WHEN "service.description" = 'Cloud SQL' AND regexp_matches(sku, '(?i)\bregional\b') THEN 2
            -- Autopilot counts thousandths of a core
            WHEN regexp_matches(sku, '(?i)\bpod mcpu requests') THEN 0.001
            ELSE 1
        END AS machines
    FROM line
),
driven AS (
    SELECT
        *,
        CASE
            WHEN charge_category <> 'Usage' THEN NULL
            WHEN is_fee_on_machines(sku) OR regexp_matches(sku, '(?i)licens|\b(static|external) ip\b') THEN 'none'
            -- `2 vCPU + 7.5GB RAM` is billed by the machine
            WHEN regexp_matches(sku, '(?i)[0-9]+ vcpu \+') THEN NULL
            -- A reservation in which nothing runs is billed like a machine that does: its memory, local disks and accelerators stand beside its cores
            WHEN is_unused THEN CASE WHEN "usage.unit" = 'byte-seconds' OR regexp_matches(sku, '(?i)\bgpu\b') THEN 'none' ELSE 'unused_capacity_hours' END
            WHEN regexp_matches(sku, '(?i)^(micro|small) instance') AND "usage.unit" = 'seconds' AND machine_type IS NOT NULL THEN 'instance_hours'
            WHEN regexp_matches(sku, '(?i)instance core|custom core|\bcore running|(^|: )cpu allocation time|vcpu') AND "usage.unit" = 'seconds'
                THEN CASE
                    WHEN machine_type IS NOT NULL AND billed_cores > 0 THEN 'instance_hours'
                    -- Its accelerators draw the most, and of how many cores one machine is no label says
                    WHEN regexp_matches(machine_type, '^(a[2-4]|g[2-4])') THEN NULL
                    ELSE 'vcpu_hours'
                END
            WHEN regexp_matches(sku, '(?i)\bpod mcpu requests') AND "usage.unit" = 'seconds' THEN 'vcpu_hours'
            WHEN regexp_matches(sku, '(?i)\bram\b|memory allocation time|\bpod memory requests') AND "usage.unit" = 'byte-seconds'
                THEN CASE WHEN machine_type IS NOT NULL AND billed_cores > 0 THEN 'none' ELSE 'memory_gb_hours' END
            -- TPUs are billed by the chip, the host within: no other line knows their energy
            WHEN regexp_matches(sku, '(?i)\bgpu\b') AND regexp_matches(machine_type, '^(a[2-4]|g[2-4])') THEN 'none'
            WHEN "usage.unit" = 'byte-seconds' THEN CASE
                WHEN regexp_matches(sku, '(?i)snapshot') THEN 'snapshot_gb_hours'
                WHEN regexp_matches(sku, '(?i)ssd|balanced|hyperdisk|extreme') THEN 'ssd_gb_hours'
                WHEN regexp_matches(sku, '(?i)pd capacity') THEN 'hdd_gb_hours'
                WHEN "service.description" = 'Cloud Storage' THEN 'object_gb_hours'
            END
            WHEN regexp_matches(sku, '(?i)ingress|data transfer in\b') THEN 'none'
            -- Traffic within a region has no coefficient (docs/methods/storage-and-network.md)
            WHEN "usage.unit" = 'bytes' AND regexp_matches(sku, '(?i)\b(inter|intra)[ -]zone\b') THEN NULL
            WHEN "usage.unit" = 'bytes' AND regexp_matches(sku, '(?i)egress|data transfer|inter region') THEN 'network_gb'
            WHEN regexp_matches(sku, '(?i)cach|image|audio|video') THEN NULL
            WHEN "usage.unit" = 'count' AND regexp_matches(sku, '(?i)output token') THEN 'output_tokens'
            WHEN "usage.unit" = 'count' AND regexp_matches(sku, '(?i)input token') THEN 'input_tokens'
        END AS energy_driver
    FROM sized
),
labelled AS (
    SELECT
        *,
        list_transform([labels, "project.labels"], lambda text: TRY(map_from_entries(list_transform(
            coalesce(TRY_CAST(text AS JSON), TRY_CAST(replace(replace(text, '''', '"'), 'None', 'null') AS JSON))::STRUCT(key VARCHAR, value VARCHAR)[],
            lambda label: {'k': label.key, 'v': label.value})))) AS label_maps
    FROM driven
)
SELECT
    'Google Cloud' AS provider_name,
    billing_account_id,
    "project.id" AS sub_account_id,
    coalesce("location.region", "location.location") AS region_id,
    "service.description" AS service_name,
    coalesce("resource.global_name", "resource.name") AS resource_id,
    CASE WHEN energy_driver LIKE '%_tokens' THEN sku ELSE machine_spec END AS resource_type,
    "sku.id" AS sku_id,
    charge_category,
    usage_start_time AS charge_period_start,
    usage_end_time AS charge_period_end,
    CASE WHEN charge_category = 'Usage' THEN TRY_CAST(coalesce("usage.amount_in_pricing_units", "usage.amount") AS DECIMAL(28,12)) END AS consumed_quantity,
    CASE WHEN "usage.amount_in_pricing_units" IS NOT NULL THEN "usage.pricing_unit" ELSE "usage.unit" END AS consumed_unit,
    net_cost AS billed_cost,
    net_cost AS effective_cost,
    CASE WHEN charge_category = 'Usage' THEN cost_at_list END AS list_cost,
    currency AS billing_currency,
    energy_driver,
    TRY_CAST(CASE
        WHEN energy_driver = 'unused_capacity_hours' THEN single_units / coalesce(billed_cores, 1)
        WHEN energy_driver = 'instance_hours' THEN single_units / CASE WHEN sku ILIKE '% instance with%' THEN 1 ELSE billed_cores END
        WHEN energy_driver IN ('vcpu_hours', 'memory_gb_hours') THEN single_units * machines
        WHEN energy_driver <> 'none' THEN single_units
    END AS DECIMAL(28,12)) AS driver_quantity,
    -- A label of the resource stands before one of its project
    map_concat(label_maps[2], label_maps[1]) AS tags
FROM labelled
