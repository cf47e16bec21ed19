-- Fact    fct_cost: one row a row of a FOCUS file
-- Unit    billing currency; driver_quantity in the driver's unit, where a GB is 2^30 bytes as in the price lists
-- Grain   FOCUS row
-- Reads   landed (focusColumns)
-- Costs stay as they are. FOCUS has no column for the machine type: it is read from the price details, the meter or the
-- description. What an unused commitment costs is money alone. A quantity too large for the book (byte-seconds) is unknown.
WITH line AS (
    SELECT
        * EXCLUDE (provider_name, price_details, sku_details, tag_text),
        CASE
            WHEN regexp_matches(provider_name, '(?i)^(aws|amazon)') THEN 'AWS'
            WHEN regexp_matches(provider_name, '(?i)^(microsoft|azure)') THEN 'Microsoft'
            WHEN regexp_matches(provider_name, '(?i)^(google|gcp)') THEN 'Google Cloud'
            ELSE provider_name
        END AS provider,
        concat_ws(' ', meter, charge_description) AS words,
        lower(coalesce(consumed_unit, '')) AS unit,
        concat_ws(' ', price_details::VARCHAR, sku_details::VARCHAR) AS details,
        coalesce(TRY_CAST(tag_text AS JSON), TRY_CAST(replace(replace(tag_text::VARCHAR, '''', '"'), 'None', 'null') AS JSON)) AS tag_json
    FROM landed
),
typed AS (
    SELECT
        *,
        coalesce(
            -- SageMaker writes the use behind the type: ml.g5.xlarge-Hosting
            nullif(regexp_replace(regexp_extract(details, '"(?:x_)?(?:InstanceType|ServiceType)"\s*:\s*"([^"]*[._-][^"]*)"', 1), '^(ml\.[^.]+\.[^-]+)-.*', '\1'), ''),
            -- `Virtual Machines Dv3/DSv3 Series - D2 v3/D2s v3 - US East` names twins of one size
            CASE
                WHEN provider = 'Microsoft' THEN 'Standard_' || replace(
                    nullif(regexp_extract(charge_description, '^Virtual Machines .* - ([A-Z]+[0-9]+[^/]*?)(?: Spot| Low Priority)?(?:/.*)? - ', 1), ''), ' ', '_')
            END,
            CASE WHEN provider = 'AWS' THEN nullif(regexp_extract(words, '\b(?:(?:db|cache|ml)\.)?[a-z][a-z0-9-]*\.(?:[0-9]*xlarge|xlplus|nano|micro|small|medium|large|metal[0-9a-z-]*)\b'), '') END
        ) AS instance_type,
        regexp_matches(unit, '^(gb|gib|gibibyte)[ /-]*mo(nth)?s?$') AS is_gb_months,
        regexp_matches(unit, '^(bytes?|gb|gib|gibibytes?|gigabytes?)$') AS is_volume,
        -- A Multi-AZ row stands for the database or broker and its standby, one of a cluster for all three; their price is that of all
        CASE
            WHEN regexp_matches(words, '(?i)multi-azcluster|readable standbys|rabbitmq-3-instanceusage|3-node cluster mq\.') THEN 3
            WHEN regexp_matches(words, '(?i)multi.*instanceusage:mq\.') THEN 2
            WHEN regexp_matches(words, '(?i)multi-az') AND NOT regexp_matches(words, '(?i)cluster') THEN 2
            ELSE 1
        END AS machines,
        regexp_matches(unit, '^(instance[- ])?(hours?|hrs?)$') AS is_by_the_hour,
        -- Microsoft bills a managed disk by its tier: `P10 LRS Disk` as the meter, `Premium SSD Managed Disks - P10 LRS - US East`
        CASE
            WHEN provider = 'Microsoft' AND regexp_matches(unit, '^units?/month$') THEN coalesce(
                nullif(regexp_extract(meter, '^([PES][0-9]+) (?:[LZ]RS )?Disks?$', 1), ''),
                CASE WHEN meter IS NULL THEN nullif(regexp_extract(charge_description, 'Managed Disks - ([PES][0-9]+)[ -]+[LZ]RS(?: Disks?)?(?: -|$)', 1), '') END
            )
        END AS disk_tier,
        -- Microsoft counts in thousands or millions and calls them Units
        CASE WHEN provider = 'Microsoft' AND unit = 'units' THEN CASE pricing_unit WHEN '1K' THEN 1000 WHEN '1M' THEN 1000000 WHEN '1' THEN 1 END ELSE 1 END AS units_packed
    FROM line
),
driven AS (
    SELECT
        *,
        CASE
            WHEN charge_category <> 'Usage' THEN NULL
            WHEN commitment_discount_status = 'Unused' THEN 'none'
            -- Software of the marketplace names the machine that it runs on, which has a row of its own; of models no row says how many tokens a unit is
            WHEN provider = 'Microsoft' AND publisher_category = 'Vendor'
                THEN CASE WHEN NOT regexp_matches(words, '(?i)tokens?\b|consumption unit') THEN 'none' END
            -- Licences and support of operating systems name the machine, too: `1-2 vCPU VM Support`
            WHEN provider = 'Microsoft' AND regexp_matches(concat_ws(' ', service_name, meter_category, words), '(?i)virtual machines? licenses|\bvm support\b') THEN 'none'
            WHEN provider = 'AWS' AND is_reservation_tally(words) THEN 'none'
            -- Google bills what a reservation holds by cores, memory, local disks and accelerators
            WHEN capacity_reservation_status = 'Unused'
                THEN CASE WHEN provider = 'Google Cloud' AND regexp_matches(words, '(?i)\b(ram|gpu|local storage)\b|licens') THEN 'none' ELSE 'unused_capacity_hours' END
            WHEN instance_type IS NOT NULL AND is_by_the_hour
                AND ((provider = 'Microsoft' AND is_azure_reservation(resource_id)) OR (provider = 'AWS' AND is_unused_reservation(words)))
                THEN 'unused_capacity_hours'
            -- Models of other makers are sold through a marketplace, in units that the row does not name
            WHEN regexp_matches(concat_ws(' ', service_name, words), '(?i)(marketplace|\bmp:).*(token|created_image)|bedrock edition') THEN NULL
            WHEN regexp_matches(words, '(?i)marketplace|licens|mbps per|ebsoptimized|cpu ?credits|extended support|mibps|i/o request|per idle public|ipv?4? address|\b(static|external) ip\b|windows-os-hours|early ?delet') THEN 'none'
            -- `GB-month of Provisioned IOPS SSD (io1)` is storage
            WHEN regexp_matches(words, '(?i)iops') AND NOT is_gb_months THEN 'none'
            WHEN is_fee_on_machines(words) THEN 'none'
            WHEN instance_type IS NOT NULL AND provider = 'AWS'
                AND regexp_matches(service_name, '(?i)mapreduce|\bemr\b|kubernetes|\becs\b|\beks\b|elastic container service|\blambda\b') THEN 'none'
            WHEN instance_type IS NOT NULL AND provider <> 'Google Cloud' AND is_by_the_hour THEN 'instance_hours'
            -- A licence by the core: the machine has a row of its own
            WHEN instance_type IS NOT NULL AND provider = 'AWS' AND unit LIKE '%vcpu%' THEN 'none'
            WHEN regexp_matches(words, '(?i)(fargate|apprunner).*vcpu|emr-serverless-.*vcpu|instance core|custom core|cpu allocation time|vcpu duration') THEN 'vcpu_hours'
            WHEN regexp_matches(words, '(?i)fargate.*(memory|gb-hours)|apprunner.*gb-hours|emr-serverless-.*gbhours|instance ram|custom ram|memory allocation time|memory duration|pod memory requests')
                OR regexp_matches(unit, '^(gb|gib|gibibyte)[ -]hours?$')
                -- The disk of a Fargate task comes in GB-Hours too, and so does that of EMR Serverless
                THEN CASE WHEN NOT regexp_matches(words, '(?i)storage') THEN 'memory_gb_hours' END
            WHEN regexp_matches(words, '(?i)lambda.*gb-second|lambda - total compute')
                THEN CASE WHEN NOT regexp_matches(words, '(?i)storage|snapstart') THEN 'lambda_gb_seconds' END
            WHEN disk_tier IS NOT NULL THEN CASE WHEN disk_tier LIKE 'S%' THEN 'hdd_gb_hours' ELSE 'ssd_gb_hours' END
            WHEN is_gb_months OR unit = 'byte-seconds' THEN CASE
                WHEN regexp_matches(words, '(?i)snapshot') THEN 'snapshot_gb_hours'
                WHEN regexp_matches(service_name, '(?i)dynamodb') AND regexp_matches(words, '(?i)timedstorage') THEN 'ssd_gb_hours'
                WHEN regexp_matches(words, '(?i)ssd|\bgp[23]\b|\bio[12]\b|aurora|balanced|hyperdisk|premium') THEN 'ssd_gb_hours'
                WHEN regexp_matches(words, '(?i)magnetic|hdd|\bst1\b|\bsc1\b|pd capacity|page blob') THEN 'hdd_gb_hours'
                WHEN regexp_matches(concat_ws(' ', service_name, words), '(?i)simple storage|cloud storage|storage accounts?|log storage|timedstorage') THEN 'object_gb_hours'
            END
            WHEN operation LIKE '%-In' AND regexp_matches(words, '(?i)regional') THEN 'none'
            WHEN is_volume AND regexp_matches(words, '(?i)data ?transfer[ -](in|from)\b|ingress|-in-bytes') THEN 'none'
            -- Traffic within a region has no coefficient (docs/methods/storage-and-network.md)
            WHEN is_volume AND regexp_matches(words, '(?i)regional data transfer|data ?transfer[ -]regional\b|\b(inter|intra)[ -]?(availability )?zone|intra-region') THEN NULL
            WHEN is_volume AND regexp_matches(words, '(?i)data ?transfer[ -](out|to)\b|egress|-out-bytes|inter region') THEN 'network_gb'
            WHEN provider = 'Microsoft' AND regexp_matches(words, '(?i)\boperations\b') THEN 'none'
            WHEN regexp_matches(words, '(?i)cach|cchd') THEN NULL
            WHEN regexp_matches(concat_ws(' ', words, unit), '(?i)token') AND regexp_matches(words, '(?i)\b(output|outp|opt)\b') THEN 'output_tokens'
            WHEN regexp_matches(concat_ws(' ', words, unit), '(?i)token') AND regexp_matches(words, '(?i)\b(input|inp)\b') THEN 'input_tokens'
        END AS energy_driver
    FROM typed
)
SELECT
    provider AS provider_name,
    billing_account_id,
    sub_account_id,
    region_id,
    service_name,
    resource_id,
    CASE WHEN energy_driver LIKE '%_tokens' THEN coalesce(meter, charge_description) ELSE instance_type END AS resource_type,
    sku_id,
    charge_category,
    charge_period_start,
    charge_period_end,
    CASE WHEN charge_category = 'Usage' AND commitment_discount_status IS DISTINCT FROM 'Unused' THEN TRY_CAST(consumed_quantity AS DECIMAL(28,12)) END AS consumed_quantity,
    consumed_unit,
    billed_cost,
    effective_cost,
    list_cost,
    billing_currency,
    energy_driver,
    TRY_CAST(CASE WHEN energy_driver <> 'none' THEN consumed_quantity * CASE
        WHEN unit = 'byte-seconds' THEN 1 / 3600.0 / power(2, 30)
        WHEN unit IN ('byte', 'bytes') THEN 1 / power(2, 30)
        WHEN energy_driver IN ('vcpu_hours', 'memory_gb_hours', 'unused_capacity_hours') AND unit LIKE '%second%' THEN 1 / 3600.0
        WHEN is_gb_months THEN date_diff('hour', getvariable('month_start'), getvariable('month_end')) * machines
        WHEN disk_tier IS NOT NULL THEN managed_disk_gb(disk_tier[2:]) * date_diff('hour', getvariable('month_start'), getvariable('month_end'))
        WHEN energy_driver = 'instance_hours' THEN machines
        WHEN unit LIKE '1k%' THEN 1000
        WHEN unit LIKE '1m%' THEN 1000000
        ELSE units_packed
    END END AS DECIMAL(28,12)) AS driver_quantity,
    coalesce(
        TRY_CAST(tag_json AS MAP(VARCHAR, VARCHAR)),
        TRY(map_from_entries(list_transform(tag_json::STRUCT(key VARCHAR, value VARCHAR)[], lambda tag: {'k': tag.key, 'v': tag.value})))
    ) AS tags
FROM driven
