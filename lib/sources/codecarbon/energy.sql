-- Fact    fct_energy: what CodeCarbon measured or estimated for a run
-- Unit    joules; seconds
-- Grain   hour x run x component
-- Reads   landed (codecarbon/open.sql)
-- Rows of one run are cumulative: the last one stands, spread evenly over its time. The file names no host, so the run is
-- the resource. CodeCarbon does not say whether it read RAPL or a table: cpu and memory are modelled, the GPU is measured.
-- CodeCarbon multiplies each component by the PUE that it was told: taken out again, since the ledger applies the site's own.
WITH last_row AS (
    SELECT *
    FROM landed
    QUALIFY row_number() OVER (PARTITION BY run_id, hour_start ORDER BY ended_at DESC, file_row DESC) = 1
        AND ended_at = max(ended_at) OVER (PARTITION BY run_id)
),
component AS (
    SELECT * EXCLUDE (cpu_energy, gpu_energy, ram_energy, part), unnest(part)
    FROM (
        SELECT *, unnest([
            {'component': 'cpu', 'basis': 'modelled', 'kwh': cpu_energy, 'is_there': TRUE},
            {'component': 'gpu', 'basis': 'measured', 'kwh': gpu_energy, 'is_there': coalesce(gpu_count, '0') <> '0' OR gpu_energy > 0},
            {'component': 'memory', 'basis': 'modelled', 'kwh': ram_energy, 'is_there': TRUE}
        ]) AS part
        FROM last_row
    )
),
cut AS (
    SELECT
        *,
        epoch_us(ended_at) - epoch_us(started_at) AS whole,
        epoch_us(greatest(started_at, hour_start)) - epoch_us(started_at) AS below,
        epoch_us(least(ended_at, hour_start + INTERVAL 1 HOUR)) - epoch_us(started_at) AS above
    FROM component
    WHERE is_there
)
SELECT
    hour_start AS period_start,
    'codecarbon:' || run_id AS resource_id,
    component,
    basis,
    'codecarbon-' || component AS method,
    CASE WHEN kwh IS NULL THEN 'unattributed' ELSE 'attributed' END AS share,
    -- J = kWh x 1000 x 3600
    slice_energy(watt_hours_to_joules(kwh / coalesce(pue, 1) * 1000)::DECIMAL(28, 6), below / nullif(whole, 0), coalesce(above / nullif(whole, 0), 1)) AS energy_joules,
    CASE WHEN kwh IS NULL THEN 0 ELSE (above - below) / 1000000 END AS covered_seconds,
    CASE WHEN kwh IS NULL THEN 'not reported by CodeCarbon' END AS gap_reason,
    nullif(project_name, 'codecarbon') AS project,
    run_id AS workload_id,
    tags
FROM cut
ORDER BY period_start, resource_id, component
