-- Fact    fct_energy: what the agent measured or modelled on its host, as Timestream kept it
-- Unit    joules; seconds
-- Grain   hour x resource x component x basis x method x share x workload and its labels
-- Reads   landed (timestream-telemetry/open.sql)
-- Devices give idle and unattributed energy and the time that was covered, workloads what is theirs. A gap is a row without energy.
WITH point AS (
    SELECT
        * EXCLUDE (u95_ratio),
        coalesce(u95_ratio, max(u95_ratio) OVER (PARTITION BY hour_start, host_id, resource_id, component, basis, method)) AS u95_ratio
    FROM landed
    WHERE measure_name <> 'joulebook_activity'
),
counter AS (
    SELECT * FROM point WHERE measure_name = 'joulebook_energy'
),
device AS (
    SELECT host_id, resource_id, component, count(DISTINCT domain) AS domains
    FROM counter
    GROUP BY host_id, resource_id, component
),
known AS (
    SELECT hour_start, host_id, resource_id, component, basis, method, sum(round(duration_seconds * 1000000)::BIGINT) AS microseconds
    FROM counter
    WHERE energy_joules IS NOT NULL
    GROUP BY hour_start, host_id, resource_id, component, basis, method
),
part AS (
    SELECT
        hour_start, host_id, resource_id, component, basis, method, 'attributed' AS share, energy_joules, NULL AS gap_reason, u95_ratio,
        project, model_id, workload_type, workload_id,
        map_from_entries(list_sort(map_entries(labels::JSON::MAP(VARCHAR, VARCHAR)))) AS tags
    FROM point
    WHERE measure_name = 'joulebook_workload_energy'
    UNION ALL BY NAME
    SELECT hour_start, host_id, resource_id, component, basis, method, 'idle' AS share, idle_joules AS energy_joules, u95_ratio
    FROM counter
    WHERE energy_joules IS NOT NULL
    UNION ALL BY NAME
    SELECT
        hour_start, host_id, resource_id, component, basis, method, 'unattributed' AS share,
        CASE WHEN energy_joules IS NOT NULL THEN unattributed_joules END AS energy_joules,
        CASE WHEN energy_joules IS NULL THEN coalesce(gap_reason, 'no energy and no gap_reason') END AS gap_reason,
        u95_ratio
    FROM counter
),
energy AS (
    SELECT
        hour_start, host_id, resource_id, component, basis, method, share, gap_reason, project, model_id, workload_type, workload_id, tags,
        sum(energy_joules) AS energy_joules,
        max(u95_ratio) AS u95_ratio
    FROM part
    GROUP BY ALL
)
SELECT
    energy.hour_start AS period_start,
    energy.host_id,
    energy.resource_id,
    energy.component,
    energy.basis,
    energy.method,
    energy.share,
    energy.energy_joules,
    CASE WHEN energy.gap_reason IS NULL THEN coalesce(known.microseconds / (device.domains * 1000000), 0) ELSE 0 END AS covered_seconds,
    energy.gap_reason,
    CASE WHEN energy.gap_reason IS NULL THEN energy.u95_ratio END AS u95_ratio,
    energy.project,
    energy.model_id,
    energy.workload_type,
    energy.workload_id,
    energy.tags
FROM energy
LEFT JOIN device USING (host_id, resource_id, component)
LEFT JOIN known USING (hour_start, host_id, resource_id, component, basis, method)
ORDER BY energy.hour_start, energy.host_id, energy.resource_id, energy.component, energy.basis, energy.method,
    energy.share, energy.workload_id, energy.tags::VARCHAR, energy.gap_reason, energy.project, energy.model_id, energy.workload_type
