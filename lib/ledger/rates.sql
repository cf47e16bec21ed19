-- Step    rate: modelled energy of one unit of each driver, by component (docs/methods/modelled-energy.md)
-- Unit    joules per unit of the driver; NULL where no power is published
-- Grain   provider x resource type x driver x component
-- Reads   hardware, charge, energy_coefficients, token_energy, variables cpu_utilisation, gpu_utilisation, utilisation_u95
-- `lower` and `upper` are the component's cumulative share of the unit's energy: money is cut along it. `joules_within_cpu` is energy of
-- memory that the modelled watts of the processor hold already.
CREATE OR REPLACE TEMP TABLE rate AS
WITH watts AS (
    SELECT
        *,
        least(getvariable('cpu_utilisation')::DOUBLE, burst_baseline_ratio) AS cpu_utilisation,
        getvariable('gpu_utilisation')::DOUBLE AS gpu_utilisation,
        getvariable('utilisation_u95')::DOUBLE AS utilisation_u95
    FROM hardware
),
instance_rate AS (
    SELECT
        provider_name, resource_type, 'instance_hours' AS energy_driver, 'cpu' AS component,
        watt_hours_to_joules(vcpu * (idle_watts_per_vcpu + (full_watts_per_vcpu - idle_watts_per_vcpu) * cpu_utilisation)) AS joules_per_unit,
        modelled_u95((full_watts_per_vcpu - idle_watts_per_vcpu) * least(utilisation_u95, burst_baseline_ratio)
            / (idle_watts_per_vcpu + (full_watts_per_vcpu - idle_watts_per_vcpu) * cpu_utilisation)) AS u95_ratio,
        'instance-model' AS method,
        embodied_gco2e_per_hour AS embodied_gco2e_per_unit,
        NULL AS joules_within_cpu
    FROM watts
    UNION ALL
    SELECT
        provider_name, resource_type, 'instance_hours', 'gpu',
        watt_hours_to_joules(gpu_count * (gpu_idle_watts + (gpu_full_watts - gpu_idle_watts) * gpu_utilisation)),
        modelled_u95((gpu_full_watts - gpu_idle_watts) * utilisation_u95
            / (gpu_idle_watts + (gpu_full_watts - gpu_idle_watts) * gpu_utilisation)),
        'instance-model', NULL, NULL
    FROM watts
    WHERE gpu_count IS NULL OR gpu_count > 0
    UNION ALL
    SELECT
        watts.provider_name, watts.resource_type, 'instance_hours', 'memory',
        greatest(0, watts.memory_gb - watts.vcpu * watts.included_memory_gb_per_vcpu) * memory.joules_per_unit,
        (memory.high_joules_per_unit - memory.low_joules_per_unit) / (2 * memory.joules_per_unit),
        'instance-model', NULL,
        least(watts.memory_gb, watts.vcpu * watts.included_memory_gb_per_vcpu) * memory.joules_per_unit
    FROM watts
    JOIN energy_coefficients AS memory ON memory.energy_driver = 'memory_gb_hours' AND memory.component = 'memory'
    WHERE watts.memory_gb IS NOT NULL
),
driver_rate AS (
    SELECT
        billed.provider_name, billed.resource_type, coefficient.energy_driver, coefficient.component,
        coefficient.joules_per_unit,
        (coefficient.high_joules_per_unit - coefficient.low_joules_per_unit) / (2 * coefficient.joules_per_unit) AS u95_ratio,
        'coefficient' AS method,
        NULL AS embodied_gco2e_per_unit,
        NULL AS joules_within_cpu
    FROM (SELECT DISTINCT provider_name, resource_type, energy_driver FROM charge) AS billed
    JOIN energy_coefficients AS coefficient ON coefficient.energy_driver = billed.energy_driver
),
token_rate AS (
    SELECT
        billed.provider_name, billed.resource_type, billed.energy_driver, 'other' AS component, -- the whole server: accelerators and host
        CASE billed.energy_driver WHEN 'output_tokens' THEN token.output_token_joules ELSE token.input_token_joules END AS joules_per_unit,
        CASE billed.energy_driver
            WHEN 'output_tokens' THEN (token.output_token_joules_high - token.output_token_joules_low) / (2 * token.output_token_joules)
            ELSE (token.input_token_joules_high - token.input_token_joules_low) / (2 * token.input_token_joules)
        END AS u95_ratio,
        'token-model' AS method,
        NULL AS embodied_gco2e_per_unit,
        NULL AS joules_within_cpu
    FROM (SELECT DISTINCT provider_name, resource_type, energy_driver FROM charge WHERE energy_driver IN ('input_tokens', 'output_tokens')) AS billed
    JOIN token_energy AS token ON coalesce(billed.resource_type, '') ILIKE token.model_pattern
    QUALIFY row_number() OVER (PARTITION BY billed.provider_name, billed.resource_type, billed.energy_driver ORDER BY token.priority) = 1
),
every_rate AS (
    SELECT * FROM instance_rate
    UNION ALL SELECT * FROM driver_rate
    UNION ALL SELECT * FROM token_rate
),
running AS (
    SELECT
        *,
        row_number() OVER unit AS component_rank,
        CASE
            WHEN row_number() OVER unit = count(*) OVER whole THEN 1
            ELSE coalesce(least(1, coalesce(sum(joules_per_unit) OVER unit, 0) / nullif(sum(joules_per_unit) OVER whole, 0)), 1)
        END AS upper
    FROM every_rate
    WINDOW
        whole AS (PARTITION BY provider_name, resource_type, energy_driver),
        unit AS (PARTITION BY provider_name, resource_type, energy_driver ORDER BY (joules_per_unit IS NULL) DESC, component ROWS UNBOUNDED PRECEDING)
)
SELECT
    provider_name, resource_type, energy_driver, component::component AS component, joules_per_unit, joules_within_cpu, u95_ratio,
    method::rate_method AS method, embodied_gco2e_per_unit, component_rank,
    coalesce(lag(upper) OVER (PARTITION BY provider_name, resource_type, energy_driver ORDER BY component_rank), 0) AS lower,
    upper
FROM running
