-- Step    hardware: what each billed instance type is made of
-- Unit    watts, GB, gCO2e an hour
-- Grain   provider x resource type
-- Reads   charge, instance_types, instance_families, processors, accelerators
-- A type that is not in the table is looked up by its family and size; one whose family is unknown too is left out.
CREATE OR REPLACE TEMP TABLE hardware AS
WITH billed AS (
    SELECT DISTINCT
        provider_name,
        resource_type,
        regexp_replace(regexp_replace(resource_type, '^(ml|db|cache|dms|dax|kafka|express|mq)\.', ''), '\.(search|elasticsearch)$', '') AS instance_type
    FROM charge
    WHERE energy_driver = 'instance_hours'
),
sized AS (
    SELECT
        *,
        CASE provider_name
            WHEN 'Microsoft' THEN regexp_replace(instance_type, '^((?:Standard|Basic)_[A-Z]+)[0-9]+(?:-[0-9]+)?', '\1')
            WHEN 'Google Cloud' THEN regexp_extract(instance_type, '^([^-]+-[^-]+)', 1)
            ELSE regexp_extract(instance_type, '^([^.]+)\.', 1)
        END AS family,
        CASE
            WHEN provider_name = 'Microsoft' THEN TRY_CAST(regexp_extract(instance_type, '^(?:Standard|Basic)_[A-Z]+(?:[0-9]+-)?([0-9]+)', 1) AS INTEGER)
            WHEN provider_name = 'Google Cloud' THEN TRY_CAST(regexp_extract(instance_type, '-([0-9]+)$', 1) AS INTEGER)
            WHEN instance_type LIKE '%.medium' THEN 1
            WHEN instance_type LIKE '%.large' THEN 2
            WHEN instance_type LIKE '%.xlarge' THEN 4
            WHEN regexp_matches(instance_type, '\.[0-9]+xlarge$') THEN 4 * regexp_extract(instance_type, '\.([0-9]+)xlarge$', 1)::INTEGER
        END AS vcpu_of_size
    FROM billed
),
embodied_default AS (
    SELECT
        max(kgco2e) FILTER (WHERE resource_family = 'accelerator') AS kgco2e_per_gpu,
        max(kgco2e) FILTER (WHERE resource_family = 'vcpu') AS kgco2e_per_vcpu
    FROM embodied_defaults
)
SELECT
    sized.provider_name,
    sized.resource_type,
    coalesce(types.vcpu, sized.vcpu_of_size) AS vcpu,
    coalesce(types.memory_gb, sized.vcpu_of_size * families.memory_gb_per_vcpu) AS memory_gb,
    carried.gpu_count,
    types.gpu_model,
    coalesce(types.burst_baseline_ratio, families.burst_baseline_ratio, 1) AS burst_baseline_ratio,
    processors.idle_watts_per_vcpu,
    processors.full_watts_per_vcpu,
    coalesce(processors.included_memory_gb_per_vcpu, 0) AS included_memory_gb_per_vcpu,
    accelerators.idle_watts AS gpu_idle_watts,
    accelerators.full_watts AS gpu_full_watts,
    1000 / getvariable('lifetime_hours') * coalesce(
        types.embodied_kgco2e,
        coalesce(types.vcpu, sized.vcpu_of_size) * embodied_default.kgco2e_per_vcpu
            + carried.gpu_count * embodied_default.kgco2e_per_gpu
    ) AS embodied_gco2e_per_hour
FROM sized
LEFT JOIN instance_types AS types
    ON types.provider = sized.provider_name AND types.instance_type = sized.instance_type
LEFT JOIN instance_families AS families
    ON families.provider = sized.provider_name AND families.family = coalesce(types.family, sized.family)
LEFT JOIN processors ON processors.processor = families.processor
LEFT JOIN accelerators ON accelerators.gpu_model = types.gpu_model
LEFT JOIN (SELECT DISTINCT provider, family FROM instance_types WHERE gpu_model IS NOT NULL) AS accelerated
    ON accelerated.provider = sized.provider_name AND accelerated.family = families.family
-- How many a size that no table has carries is not known, where its family has any
CROSS JOIN LATERAL (
    SELECT CASE
        WHEN types.gpu_model IS NULL AND (types.instance_type IS NOT NULL OR accelerated.family IS NULL) THEN coalesce(types.gpu_count, 0)
        ELSE types.gpu_count
    END AS gpu_count
) AS carried
CROSS JOIN embodied_default
WHERE coalesce(types.vcpu, sized.vcpu_of_size) IS NOT NULL AND families.processor IS NOT NULL
