-- Step    settled_host: the day's lines of watched hosts, before place, PUE and grid
-- Unit    joules, billing currency
-- Grain   hour x resource x component x share x workload
-- Reads   share_line, charge_hour, hardware, watched, fct_energy
-- Money and hardware of a host are cut along its energy; bill rows, and what an hour of a component lacks, are counted on one line each.
-- The hour itself is dealt to the components alike, and a component's part to its lines: it is one hour, however many workloads share it.
CREATE OR REPLACE TEMP TABLE settled_host AS
WITH host_charge AS (
    SELECT
        period_start, resource_id,
        min(provider_name) AS provider_name, min(sub_account_id) AS sub_account_id, min(region_id) AS region_id,
        min(service_name) AS service_name, min(resource_type) AS resource_type, min(billing_currency) AS billing_currency,
        sum(billed_cost) AS billed_cost, sum(effective_cost) AS effective_cost, sum(bill_rows) AS bill_rows,
        (sum(driver_quantity) FILTER (WHERE energy_driver = 'instance_hours'))::DOUBLE AS hours
    FROM charge_hour
    GROUP BY ALL
),
-- What the bill says of a host in other hours of the month
in_bill AS (
    SELECT DISTINCT resource_id, provider_name, sub_account_id, region_id, service_name, resource_type
    FROM watched
    WHERE is_billed
),
running AS (
    SELECT
        *,
        sum(coalesce(energy_joules, 0)) OVER (host ROWS UNBOUNDED PRECEDING) AS joules_up_to_here,
        sum(coalesce(energy_joules, 0)) OVER (PARTITION BY period_start, resource_id) AS joules_of_host,
        row_number() OVER host AS line_number,
        count(*) OVER (PARTITION BY period_start, resource_id) AS line_count,
        count(DISTINCT component) OVER (PARTITION BY period_start, resource_id) AS component_count,
        dense_rank() OVER (PARTITION BY period_start, resource_id ORDER BY component) AS component_number,
        row_number() OVER device AS component_line,
        count(*) OVER (PARTITION BY period_start, resource_id, component) AS component_lines
    FROM share_line
    WINDOW
        host AS (PARTITION BY period_start, resource_id ORDER BY component, share, project, model_id, workload_type, workload_id),
        device AS (PARTITION BY period_start, resource_id, component ORDER BY share, project, model_id, workload_type, workload_id)
),
cut AS (
    SELECT
        *,
        lower_cut(line_number, joules_up_to_here, coalesce(energy_joules, 0), joules_of_host) AS lower,
        upper_cut(line_number, line_count, joules_up_to_here, joules_of_host) AS upper,
        slice_energy(
            1,
            ((component_number - 1) * component_lines + component_line - 1) / (component_count * component_lines),
            ((component_number - 1) * component_lines + component_line) / (component_count * component_lines)
        )::DECIMAL(18,6) AS resource_hours
    FROM running
),
said_gap AS (
    SELECT period_start, resource_id, component, string_agg(DISTINCT gap_reason, '; ' ORDER BY gap_reason) AS gap_reason
    FROM fct_energy
    WHERE gap_reason IS NOT NULL
    GROUP BY ALL
),
watched_line AS (
    SELECT
        cut.*,
        CASE
            WHEN cut.energy_joules IS NULL THEN coalesce(said_gap.gap_reason, 'no telemetry')
            WHEN cut.basis <> 'filled' AND cut.covered_seconds < 0.95 * cut.expected_seconds AND cut.component_line = 1
                THEN coalesce(said_gap.gap_reason, 'telemetry covers a part of the hour')
        END AS gap_reason
    FROM cut
    LEFT JOIN said_gap ON said_gap.period_start = cut.period_start AND said_gap.resource_id = cut.resource_id AND said_gap.component = cut.component
)
SELECT
    line.period_start,
    CASE WHEN in_bill.resource_id IS NULL THEN 'own' ELSE coalesce(host_charge.provider_name, in_bill.provider_name) END AS provider_name,
    coalesce(host_charge.sub_account_id, in_bill.sub_account_id) AS sub_account_id,
    coalesce(host_charge.region_id, in_bill.region_id) AS region_id,
    coalesce(host_charge.service_name, in_bill.service_name, 'host') AS service_name,
    line.resource_id,
    coalesce(host_charge.resource_type, in_bill.resource_type) AS resource_type,
    line.component,
    line.share, line.project, line.model_id, line.workload_type, line.workload_id,
    CASE WHEN line.energy_joules IS NULL THEN 'gap' ELSE 'energy' END AS settled_as,
    line.basis, line.method, line.energy_joules AS it_energy_joules, line.u95_ratio,
    slice_energy((host_charge.hours * hardware.embodied_gco2e_per_hour)::DECIMAL(28,6), line.lower, line.upper) AS embodied_gco2e,
    slice_money(host_charge.billed_cost, line.lower, line.upper) AS billed_cost,
    slice_money(host_charge.effective_cost, line.lower, line.upper) AS effective_cost,
    host_charge.billing_currency,
    line.gap_reason,
    CASE WHEN line.gap_reason IS NOT NULL THEN line.expected_seconds - coalesce(line.covered_seconds, 0) END AS gap_quantity,
    CASE WHEN line.gap_reason IS NOT NULL THEN 'seconds' END AS gap_unit,
    CASE WHEN line.line_number = 1 THEN coalesce(host_charge.bill_rows, 0) ELSE 0 END::BIGINT AS bill_rows,
    line.resource_hours
FROM watched_line AS line
LEFT JOIN host_charge USING (period_start, resource_id)
LEFT JOIN in_bill USING (resource_id)
LEFT JOIN hardware ON hardware.provider_name = host_charge.provider_name AND hardware.resource_type = host_charge.resource_type
ORDER BY line.period_start, line.resource_id, line.component, line.share, line.project, line.model_id, line.workload_type, line.workload_id
