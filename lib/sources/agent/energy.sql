-- Fact    fct_energy: what the agent measured or modelled on its host
-- Unit    joules; seconds
-- Grain   hour x boot x resource x component x basis x method x share x workload and its labels
-- Reads   landed (agent/open.sql, cut by agent/hours.sql)
-- The same (host_id, boot_id, seq) counts once. Gaps are rows of their own, with a reason and without energy.
WITH record AS (
    SELECT *
    FROM landed
    QUALIFY row_number() OVER (PARTITION BY host_id, boot_id, seq, hour_start ORDER BY file_row) = 1
),
part AS (
    SELECT
        * EXCLUDE (shares, idle_joules, unattributed_joules),
        unnest(CASE
            WHEN energy_joules IS NULL THEN [{
                'share': 'unattributed', 'whole': NULL::DECIMAL(18, 6), 'project': NULL::VARCHAR, 'model_id': NULL::VARCHAR,
                'workload_type': NULL::VARCHAR, 'workload_id': NULL::VARCHAR, 'tags': NULL::MAP(VARCHAR, VARCHAR)
            }]
            ELSE list_concat(
                list_transform(shares, lambda each: {
                    'share': 'attributed', 'whole': each.energy_joules::DECIMAL(18, 6), 'project': each.project,
                    'model_id': each.model_id, 'workload_type': each.workload_type, 'workload_id': each.workload_id,
                    'tags': map_from_entries(list_sort(map_entries(each.labels)))
                }),
                [
                    {
                        'share': 'idle', 'whole': idle_joules, 'project': NULL::VARCHAR, 'model_id': NULL::VARCHAR,
                        'workload_type': NULL::VARCHAR, 'workload_id': NULL::VARCHAR, 'tags': NULL::MAP(VARCHAR, VARCHAR)
                    },
                    {
                        'share': 'unattributed', 'whole': unattributed_joules, 'project': NULL::VARCHAR, 'model_id': NULL::VARCHAR,
                        'workload_type': NULL::VARCHAR, 'workload_id': NULL::VARCHAR, 'tags': NULL::MAP(VARCHAR, VARCHAR)
                    }
                ]
            )
        END, max_depth := 2)
    FROM record
),
device AS (
    SELECT host_id, resource_id, component, count(DISTINCT domain) AS domains
    FROM record
    GROUP BY host_id, resource_id, component
),
-- What was read without a break is one span; else each record is one.
domain_known AS (
    SELECT
        hour_start, host_id, boot_id, resource_id, component, basis, method, domain,
        sum(microseconds) AS microseconds,
        min(since) AS since,
        max(until) AS until,
        list({'domain': domain, 'since': since, 'until': until} ORDER BY since, until) AS records
    FROM (
        SELECT
            *,
            greatest(TRY_CAST(period_start AS TIMESTAMPTZ)::TIMESTAMP, hour_start) AS since,
            least(TRY_CAST(period_end AS TIMESTAMPTZ)::TIMESTAMP, hour_start + INTERVAL 1 HOUR) AS until
        FROM record
        WHERE energy_joules IS NOT NULL
    )
    GROUP BY ALL
),
known AS (
    SELECT
        hour_start, host_id, boot_id, resource_id, component, basis, method,
        sum(microseconds) AS microseconds,
        flatten(list(
            CASE WHEN microseconds = epoch_us(until) - epoch_us(since) THEN [{'domain': domain, 'since': since, 'until': until}] ELSE records END
            ORDER BY domain
        )) AS spans
    FROM domain_known
    GROUP BY ALL
),
energy AS (
    SELECT
        hour_start, host_id, boot_id, resource_id, component, basis, method, share, project, model_id, workload_type, workload_id,
        tags, gap_reason,
        sum(CASE WHEN lower = 0 AND upper = 1 THEN whole ELSE slice_energy(whole, lower, upper) END) AS energy_joules,
        CASE
            WHEN min(u95_ratio) = max(u95_ratio) OR sum(whole) = 0 THEN max(u95_ratio)
            ELSE sum(u95_ratio * whole::DOUBLE * (upper - lower)) / sum(whole::DOUBLE * (upper - lower))
        END AS u95_ratio
    FROM part
    GROUP BY ALL
)
SELECT
    energy.hour_start AS period_start,
    energy.host_id,
    energy.boot_id,
    energy.resource_id,
    energy.component,
    energy.basis,
    energy.method,
    energy.share,
    energy.energy_joules,
    CASE WHEN energy.gap_reason IS NULL THEN known.microseconds / (device.domains * 1000000) ELSE 0 END AS covered_seconds,
    energy.gap_reason,
    CASE WHEN energy.gap_reason IS NULL THEN energy.u95_ratio END AS u95_ratio,
    CASE WHEN energy.gap_reason IS NULL AND energy.share = 'idle' THEN known.spans END AS spans,
    energy.project,
    energy.model_id,
    energy.workload_type,
    energy.workload_id,
    energy.tags
FROM energy
JOIN device USING (host_id, resource_id, component)
LEFT JOIN known USING (hour_start, host_id, boot_id, resource_id, component, basis, method)
ORDER BY energy.hour_start, energy.host_id, energy.boot_id, energy.resource_id, energy.component, energy.basis, energy.method,
    energy.share, energy.workload_id, energy.tags::VARCHAR, energy.gap_reason, energy.project, energy.model_id, energy.workload_type
