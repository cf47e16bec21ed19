-- Step    share_cut: idle energy, and energy that no workload is known for, in total and by each dimension alone
-- Unit    joules; *_u95 in the unit of the quantity
-- Grain   share x dimension x value; dimension NULL is the total, value NULL means that nobody said
-- Reads   ledger_sum, cut
-- Half-widths and basis are those of the share's own lines, not of all energy of the cut; coverage is that of the cut.
CREATE OR REPLACE TEMP TABLE share_cut AS
WITH cell AS (
    SELECT
        share,
        CASE
            WHEN grouping(provider_name) = 0 THEN 'provider'
            WHEN grouping(region_id) = 0 THEN 'region'
            WHEN grouping(scope) = 0 THEN 'scope'
            WHEN grouping(project) = 0 THEN 'project'
            WHEN grouping(model_id) = 0 THEN 'model_id'
            WHEN grouping(workload_type) = 0 THEN 'workload_type'
            WHEN grouping(workload_id) = 0 THEN 'workload_id'
        END AS dimension,
        coalesce(provider_name, region_id, scope, project, model_id, workload_type, workload_id) AS dimension_value,
        method,
        site,
        sum(it_energy_joules) AS it_energy_joules,
        sum(CASE WHEN basis = 'modelled' THEN it_energy_joules END) AS modelled_joules,
        sum(CASE WHEN basis = 'filled' THEN it_energy_joules END) AS filled_joules,
        sum(facility_energy_joules) AS facility_energy_joules,
        sum(u95_facility_joules) AS u95_facility_joules,
        sum(u95_pue_joules) AS u95_pue_joules,
        list(DISTINCT component) AS boundary,
        min(scope) AS first_scope,
        max(scope) AS last_scope
    FROM ledger_sum
    WHERE share IN ('idle', 'unattributed') AND it_energy_joules IS NOT NULL
    GROUP BY share, method, site, GROUPING SETS ((), (provider_name), (region_id), (scope), (project), (model_id), (workload_type), (workload_id))
),
half_width AS (
    SELECT share, dimension, dimension_value, 'method ' || method AS cause, sum(u95_facility_joules)::DOUBLE AS joules FROM cell GROUP BY ALL
    UNION ALL
    SELECT share, dimension, dimension_value, 'site ' || site, sum(u95_pue_joules)::DOUBLE FROM cell GROUP BY ALL
),
spread AS (
    SELECT share, dimension, dimension_value, sqrt(list_sum(list(joules * joules ORDER BY cause))) AS joules
    FROM half_width
    GROUP BY share, dimension, dimension_value
),
whole AS (
    SELECT
        share, dimension, dimension_value,
        sum(it_energy_joules) AS it_energy_joules,
        sum(modelled_joules) AS modelled_joules,
        sum(filled_joules) AS filled_joules,
        sum(facility_energy_joules) AS facility_energy_joules,
        list_sort(list_distinct(flatten(list(boundary)))) AS boundary,
        CASE WHEN min(first_scope) = max(last_scope) THEN min(first_scope) END AS scope
    FROM cell
    GROUP BY share, dimension, dimension_value
)
SELECT
    whole.*,
    spread.joules AS facility_energy_u95,
    coalesce(cut.known_hours, 0)::DOUBLE / nullif(cut.expected_hours, 0)::DOUBLE AS coverage_ratio
FROM whole
JOIN spread
    ON spread.share = whole.share AND spread.dimension IS NOT DISTINCT FROM whole.dimension
    AND spread.dimension_value IS NOT DISTINCT FROM whole.dimension_value
JOIN cut ON cut.dimension IS NOT DISTINCT FROM whole.dimension AND cut.dimension_value IS NOT DISTINCT FROM whole.dimension_value
