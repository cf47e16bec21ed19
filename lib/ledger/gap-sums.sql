-- Step    gap_sum: lines without energy, and lines whose energy has no PUE or no grid factor, added up
-- Unit    hours; the charge's own unit; joules; billing currency
-- Grain   reason x provider x service x resource type x component x unit x resource
-- Reads   name_sum, line_name, kind
-- A line may be in both parts: what fills a gap of telemetry may stand where no factor is known.
WITH lacking AS (
    SELECT
        gap_reason AS reason, provider_name, service_name, resource_type, component, gap_unit AS unit, resource_id,
        lines * resource_hours AS hours, gap_quantity AS quantity, NULL::DECIMAL(38,6) AS it_energy_joules,
        CASE WHEN settled_as = 'gap' THEN effective_cost END AS effective_cost
    FROM name_sum
    JOIN line_name USING (name_number)
    WHERE gap_reason IS NOT NULL
    UNION ALL
    SELECT
        CASE
            WHEN lacks_pue AND grid_zone IS NULL THEN 'neither PUE nor grid zone is known: in no facility energy and in no emissions'
            WHEN lacks_pue THEN 'no PUE is known: in no facility energy and in no emissions'
            WHEN grid_zone IS NULL THEN 'no grid zone is known: in no emissions'
            ELSE 'no factor of the grid zone ' || grid_zone || ' is known: in no emissions'
        END,
        provider_name, service_name, resource_type, NULL, NULL, resource_id,
        lines * resource_hours, NULL, it_energy_joules, effective_cost
    FROM name_sum
    JOIN line_name USING (name_number)
    JOIN kind USING (standing_kind)
    WHERE it_energy_joules IS NOT NULL AND emissions_location_gco2e IS NULL
)
SELECT
    reason, provider_name, service_name, resource_type, component, unit, resource_id,
    sum(hours)::DECIMAL(28,6) AS hours,
    sum(quantity) AS quantity,
    sum(it_energy_joules) AS it_energy_joules,
    sum(effective_cost) AS effective_cost
FROM lacking
GROUP BY ALL
