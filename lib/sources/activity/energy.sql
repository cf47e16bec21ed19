-- Fact    fct_energy: energy counters of GPUs (DCGM) and of nodes and containers (Kepler)
-- Unit    joules; seconds
-- Grain   hour x resource x component x method x share x labels
-- Reads   landed (activity/open.sql)
-- Kepler: the node is the device, containers share in its active energy, scaled down where they claim more than there is;
-- idle energy is the node's. DCGM: a GPU's energy belongs to its pod where the exporter names exactly one.
WITH counted AS (
    SELECT * FROM landed WHERE component IS NOT NULL AND quantity IS NOT NULL
),
device AS (
    SELECT resource_id, component, method, role, count(DISTINCT series) AS domains
    FROM counted
    GROUP BY resource_id, component, method, role
),
covered AS (
    SELECT hour_start, resource_id, component, method, max(seconds) AS covered_seconds
    FROM (
        SELECT hour_start, resource_id, component, method, sum(microseconds) / (any_value(domains) * 1000000) AS seconds
        FROM counted
        JOIN device USING (resource_id, component, method, role)
        GROUP BY hour_start, resource_id, component, method, role
    )
    GROUP BY hour_start, resource_id, component, method
),
-- When each counter was read, kept on one row of the device and hour.
read_at AS (
    SELECT
        hour_start, resource_id, component, method,
        list({'domain': series, 'since': since, 'until': until} ORDER BY series) AS spans
    FROM (
        SELECT
            hour_start, resource_id, component, method, series,
            min(greatest(sampled_before, hour_start)) AS since,
            max(least(sampled_at, hour_start + INTERVAL 1 HOUR)) AS until
        FROM counted
        GROUP BY hour_start, resource_id, component, method, series
    )
    GROUP BY hour_start, resource_id, component, method
),
basis AS (
    SELECT resource_id, component, method, CASE WHEN bool_or(tags['source'] ILIKE '%model%') THEN 'modelled' ELSE 'measured' END AS basis
    FROM counted
    GROUP BY resource_id, component, method
),
share AS (
    SELECT
        hour_start,
        resource_id,
        component,
        method,
        CASE
            WHEN role = 'idle' THEN 'idle'
            WHEN role = 'active' THEN 'active'
            WHEN role = 'workload' THEN 'attributed'
            WHEN tags['pod'] NOT LIKE '%exporter%' THEN 'attributed'
            ELSE 'unattributed'
        END AS share,
        role,
        CASE WHEN role IN ('idle', 'active') THEN NULL ELSE map_from_entries(list_sort(map_entries(tags))) END AS tags,
        sum(quantity)::DECIMAL(28, 6) AS joules
    FROM counted
    GROUP BY ALL
),
claimed AS (
    SELECT
        *,
        sum(CASE WHEN role = 'active' THEN joules END) OVER device AS active,
        sum(CASE WHEN role = 'workload' THEN joules END) OVER device AS claims,
        sum(CASE WHEN role = 'workload' THEN joules ELSE 0 END) OVER (
            PARTITION BY hour_start, resource_id, component, method ORDER BY role, tags::VARCHAR ROWS UNBOUNDED PRECEDING
        ) AS claims_so_far
    FROM share
    WINDOW device AS (PARTITION BY hour_start, resource_id, component, method)
),
settled AS (
    SELECT
        hour_start,
        resource_id,
        component,
        method,
        CASE share WHEN 'active' THEN 'unattributed' ELSE share END AS share,
        tags,
        CASE
            WHEN role = 'workload' AND claims > active
                THEN slice_energy(active::DECIMAL(28, 6), ((claims_so_far - joules) / claims)::DOUBLE, (claims_so_far / claims)::DOUBLE)
            WHEN role = 'active' THEN greatest(active - coalesce(claims, 0), 0)
            ELSE joules
        END AS energy_joules
    FROM claimed
)
SELECT
    hour_start AS period_start,
    resource_id AS host_id,
    resource_id,
    component,
    basis,
    method,
    share,
    energy_joules,
    covered_seconds,
    CASE
        WHEN row_number() OVER (PARTITION BY hour_start, resource_id, component, method ORDER BY share, tags::VARCHAR) = 1 THEN spans
    END AS spans,
    tags
FROM settled
JOIN covered USING (hour_start, resource_id, component, method)
JOIN read_at USING (hour_start, resource_id, component, method)
JOIN basis USING (resource_id, component, method)
ORDER BY period_start, resource_id, component, method, share, tags::VARCHAR
