-- Step    share_line: the winning energy of each contested component and hour, cut among workloads, idle and unattributed
-- Unit    joules; the lines of a component and hour add up to it exactly
-- Grain   hour x resource x component x share x workload
-- Reads   contested, counted_energy, charge_hour, variable idle_policy
-- Idle stays visible as share = 'idle' under every policy; the policy only says whose name it bears.
CREATE OR REPLACE TEMP TABLE share_line AS
WITH owner AS (
    SELECT
        period_start, resource_id,
        min(project) AS project, min(model_id) AS model_id, min(workload_type) AS workload_type, min(workload_id) AS workload_id
    FROM charge_hour
    GROUP BY ALL
),
telemetry AS (
    SELECT
        contested.period_start, contested.resource_id, contested.component, fact.share,
        CASE WHEN fact.share = 'idle' AND getvariable('idle_policy') = 'owner' THEN owner.project ELSE fact.project END AS project,
        CASE WHEN fact.share = 'idle' AND getvariable('idle_policy') = 'owner' THEN owner.model_id ELSE fact.model_id END AS model_id,
        CASE WHEN fact.share = 'idle' AND getvariable('idle_policy') = 'owner' THEN owner.workload_type ELSE fact.workload_type END AS workload_type,
        CASE WHEN fact.share = 'idle' AND getvariable('idle_policy') = 'owner' THEN owner.workload_id ELSE fact.workload_id END AS workload_id,
        sum(fact.energy_joules) AS weight
    FROM contested
    JOIN counted_energy AS fact
        ON fact.period_start = contested.period_start AND fact.resource_id = contested.resource_id AND fact.component = contested.component
        AND fact.energy_joules IS NOT NULL
        AND fact.source_id = contested.telemetry_source
        AND fact.basis = CASE WHEN contested.basis = 'filled' THEN 'measured' ELSE contested.basis END
    LEFT JOIN owner ON owner.period_start = contested.period_start AND owner.resource_id = contested.resource_id
    WHERE contested.by_telemetry
    GROUP BY ALL
),
attributed AS (
    SELECT *, sum(weight) OVER (PARTITION BY period_start, resource_id, component) AS attributed_weight
    FROM telemetry
    WHERE share = 'attributed' AND weight > 0
),
spread AS (
    SELECT * FROM telemetry
    WHERE share <> 'idle' OR getvariable('idle_policy') <> 'proportional'
    UNION ALL BY NAME
    SELECT
        idle.period_start, idle.resource_id, idle.component, 'idle' AS share,
        attributed.project, attributed.model_id, attributed.workload_type, attributed.workload_id,
        CASE WHEN attributed.weight IS NULL THEN idle.weight
             ELSE idle.weight::DOUBLE * (attributed.weight::DOUBLE / attributed.attributed_weight::DOUBLE) END AS weight
    FROM telemetry AS idle
    LEFT JOIN attributed USING (period_start, resource_id, component)
    WHERE idle.share = 'idle' AND getvariable('idle_policy') = 'proportional'
),
running AS (
    SELECT
        *,
        sum(weight::DECIMAL(28,6)) OVER (line ROWS UNBOUNDED PRECEDING) AS weight_up_to_here,
        sum(weight::DECIMAL(28,6)) OVER (PARTITION BY period_start, resource_id, component) AS weight_of_all,
        row_number() OVER line AS line_number,
        count(*) OVER (PARTITION BY period_start, resource_id, component) AS line_count
    FROM spread
    WINDOW line AS (PARTITION BY period_start, resource_id, component ORDER BY share, project, model_id, workload_type, workload_id)
),
cut AS (
    SELECT
        *,
        lower_cut(line_number, weight_up_to_here, weight::DECIMAL(28,6), weight_of_all) AS lower,
        upper_cut(line_number, line_count, weight_up_to_here, weight_of_all) AS upper
    FROM running
)
SELECT
    contested.period_start, contested.resource_id, contested.component,
    coalesce(
        cut.share,
        CASE WHEN coalesce(owner.project, owner.model_id, owner.workload_type, owner.workload_id) IS NULL THEN 'unattributed' ELSE 'attributed' END
    ) AS share,
    CASE WHEN contested.by_telemetry THEN cut.project ELSE owner.project END AS project,
    CASE WHEN contested.by_telemetry THEN cut.model_id ELSE owner.model_id END AS model_id,
    CASE WHEN contested.by_telemetry THEN cut.workload_type ELSE owner.workload_type END AS workload_type,
    CASE WHEN contested.by_telemetry THEN cut.workload_id ELSE owner.workload_id END AS workload_id,
    contested.basis, contested.method, contested.u95_ratio, contested.covered_seconds, contested.expected_seconds,
    CASE WHEN cut.share IS NULL THEN contested.energy_joules ELSE slice_energy(contested.energy_joules, cut.lower, cut.upper) END AS energy_joules
FROM contested
LEFT JOIN cut ON contested.by_telemetry
    AND cut.period_start = contested.period_start AND cut.resource_id = contested.resource_id AND cut.component = contested.component
LEFT JOIN owner ON owner.period_start = contested.period_start AND owner.resource_id = contested.resource_id
