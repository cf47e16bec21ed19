-- Step    hardware: what each billed instance type is made of
-- Unit    watts, GB, gCO2e an hour
-- Grain   provider x resource type
-- Reads   charge_hour, instance_types, instance_families, processors, accelerators
-- A type that is not in the table is looked up by its family and size; one whose family is unknown too is left out.
CREATE OR REPLACE TEMP TABLE hardware AS
WITH billed AS (
    SELECT DISTINCT
        provider_name,
        resource_type,
        regexp_replace(regexp_replace(resource_type, '^(ml|db|cache|dms|dax)\.', ''), '\.(search|elasticsearch)$', '') AS instance_type
    FROM charge_hour
    WHERE energy_driver = 'instance_hours'
),
sized AS (
    SELECT
        *,
        regexp_extract(instance_type, '^([^.]+)\.', 1) AS family,
        CASE
            WHEN instance_type LIKE '%.medium' THEN 1
            WHEN instance_type LIKE '%.large' THEN 2
            WHEN instance_type LIKE '%.xlarge' THEN 4
            WHEN regexp_matches(instance_type, '\.[0-9]+xlarge$') THEN 4 * regexp_extract(instance_type, '\.([0-9]+)xlarge$', 1)::INTEGER
        END AS vcpu_of_size
    FROM billed
)
SELECT
    sized.provider_name,
    sized.resource_type,
    coalesce(types.vcpu, sized.vcpu_of_size) AS vcpu,
    coalesce(types.memory_gb, sized.vcpu_of_size * families.memory_gb_per_vcpu) AS memory_gb,
    coalesce(types.gpu_count, 0) AS gpu_count,
    types.gpu_model,
    coalesce(types.burst_baseline_ratio, families.burst_baseline_ratio, 1) AS burst_baseline_ratio,
    processors.processor,
    processors.idle_watts_per_vcpu,
    processors.full_watts_per_vcpu,
    accelerators.idle_watts AS gpu_idle_watts,
    accelerators.full_watts AS gpu_full_watts,
    types.embodied_kgco2e * 1000 / getvariable('lifetime_hours') AS embodied_gco2e_per_hour
FROM sized
LEFT JOIN instance_types AS types
    ON types.provider = sized.provider_name AND types.instance_type = sized.instance_type
LEFT JOIN instance_families AS families
    ON families.provider = sized.provider_name AND families.family = coalesce(types.family, sized.family)
LEFT JOIN processors ON processors.processor = families.processor
LEFT JOIN accelerators ON accelerators.gpu_model = types.gpu_model
WHERE coalesce(types.vcpu, sized.vcpu_of_size) IS NOT NULL AND processors.processor IS NOT NULL
