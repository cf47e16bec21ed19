-- Step    contested: each watched component and hour with the basis that won it
-- Unit    joules
-- Grain   hour x resource x component
-- Reads   watched, device_hour, fct_energy, same_host, charge_hour, rate, variables day_start, day_end
-- filled = what was measured + the model for the part of the hour that was not. Modelled watts of a processor hold a part of the memory;
-- counters of a processor do not: while they count, and none counts the memory, it is modelled whole.
CREATE OR REPLACE TEMP TABLE contested AS
WITH billed AS (
    SELECT
        charge_hour.period_start, charge_hour.resource_id, charge_hour.provider_name, charge_hour.resource_type, charge_hour.energy_driver,
        sum(charge_hour.driver_quantity) AS hours
    FROM charge_hour
    GROUP BY ALL
),
modelled AS (
    SELECT
        billed.period_start, billed.resource_id, rate.component,
        (sum(billed.hours::DOUBLE * rate.joules_per_unit))::DECIMAL(28,6) AS energy_joules,
        sum(billed.hours::DOUBLE * rate.joules_within_cpu) AS joules_within_cpu,
        max(rate.u95_ratio) AS u95_ratio,
        max(rate.method) AS method
    FROM billed
    JOIN rate
        ON rate.energy_driver = billed.energy_driver
        AND rate.provider_name IS NOT DISTINCT FROM billed.provider_name
        AND rate.resource_type IS NOT DISTINCT FROM billed.resource_type
    GROUP BY ALL
),
running AS (
    -- Cores come in hours of each, memory in those of a gigabyte
    SELECT period_start, resource_id, sum(hours) FILTER (WHERE energy_driver <> 'memory_gb_hours') AS hours FROM billed GROUP BY ALL
),
unbilled AS (
    SELECT watched.*, hour.period_start
    FROM watched
    CROSS JOIN (SELECT unnest(generate_series(getvariable('day_start'), getvariable('day_end') - INTERVAL 1 HOUR, INTERVAL 1 HOUR)) AS period_start) AS hour
    WHERE NOT watched.is_billed AND hour.period_start >= watched.first_seen
        AND (hour.period_start <= watched.last_seen
            OR watched.host_id IS NOT NULL AND hour.period_start < coalesce(watched.retired_from, TIMESTAMP 'infinity'))
),
-- A billed hour of a component that telemetry has seen, or of a machine that no model knows, is expected: at least a gap.
unmodelled AS (
    SELECT DISTINCT billed.period_start, watched.resource_id, watched.component
    FROM billed
    JOIN watched USING (resource_id)
    WHERE billed.period_start >= watched.first_seen
        OR NOT EXISTS (FROM modelled WHERE modelled.period_start = billed.period_start AND modelled.resource_id = billed.resource_id)
),
-- A host that tells of anything runs, also where its bill does not name the hour (yet).
heard AS (
    SELECT told.period_start, watched.resource_id, watched.component
    FROM watched
    JOIN (
        SELECT DISTINCT period_start, coalesce(agent_resource_id, resource_id) AS resource_id
        FROM fct_energy
        LEFT JOIN same_host USING (resource_id)
        WHERE period_start >= getvariable('day_start') AND period_start < getvariable('day_end')
    ) AS told USING (resource_id)
    WHERE watched.is_billed AND told.period_start >= watched.first_seen
),
expected AS (
    SELECT period_start, resource_id, component FROM device_hour
    UNION
    SELECT period_start, resource_id, component FROM modelled
    UNION
    SELECT period_start, resource_id, component FROM unbilled
    UNION
    SELECT period_start, resource_id, component FROM unmodelled
    UNION
    SELECT period_start, resource_id, component FROM heard
),
counted AS (
    SELECT period_start, resource_id, covered_seconds
    FROM device_hour
    WHERE component = 'cpu' AND basis = 'measured'
),
candidate AS (
    SELECT
        expected.*,
        device.basis AS telemetry_basis,
        device.source_id AS telemetry_source,
        device.method AS telemetry_method,
        device.energy_joules AS telemetry_joules,
        device.u95_ratio AS telemetry_u95,
        device.covered_seconds,
        least(3600, 3600 * coalesce(running.hours, 1)) AS expected_seconds,
        modelled.energy_joules AS modelled_joules,
        coalesce(modelled.joules_within_cpu, 0) AS joules_within_cpu,
        CASE WHEN counted.covered_seconds IS NULL THEN 0 ELSE least(1, counted.covered_seconds / expected_seconds) END::DOUBLE AS counted_ratio,
        modelled.u95_ratio AS modelled_u95,
        modelled.method AS modelled_method
    FROM expected
    LEFT JOIN device_hour AS device USING (period_start, resource_id, component)
    LEFT JOIN modelled USING (period_start, resource_id, component)
    LEFT JOIN running USING (period_start, resource_id)
    LEFT JOIN counted USING (period_start, resource_id)
),
won AS (
    SELECT
        *,
        winning_basis(telemetry_basis, covered_seconds, expected_seconds, modelled_joules IS NOT NULL) AS basis,
        (1 - covered_seconds / expected_seconds)::DOUBLE AS missing_ratio
    FROM candidate
)
SELECT
    period_start, resource_id, component, basis, telemetry_source, covered_seconds, expected_seconds,
    basis = 'filled' OR (telemetry_basis = basis AND (covered_seconds >= 0.95 * expected_seconds OR modelled_joules IS NULL)) AS by_telemetry,
    CASE
        WHEN basis = 'filled' THEN telemetry_joules
            + (modelled_joules::DOUBLE * missing_ratio + joules_within_cpu * greatest(0, counted_ratio + missing_ratio - 1))::DECIMAL(28,6)
        WHEN by_telemetry THEN telemetry_joules
        WHEN basis IS NOT NULL THEN modelled_joules + (joules_within_cpu * counted_ratio)::DECIMAL(28,6)
    END::DECIMAL(28,6) AS energy_joules,
    CASE
        WHEN basis = 'filled' THEN telemetry_method || '+' || modelled_method
        WHEN by_telemetry THEN telemetry_method
        WHEN basis IS NOT NULL THEN modelled_method
    END AS method,
    CASE
        WHEN basis = 'filled' THEN telemetry_u95 * (1 - missing_ratio) + modelled_u95 * missing_ratio
        WHEN by_telemetry THEN telemetry_u95
        WHEN basis IS NOT NULL THEN modelled_u95
    END AS u95_ratio
FROM won
