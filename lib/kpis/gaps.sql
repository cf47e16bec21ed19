-- Step    gaps: what drew energy that nobody knows, known energy that no PUE or no grid factor is known for, counters that nobody read, and
--         what two bills, or two files of one, tell of
-- Unit    hours, the charge's own unit or kWh, billing currency
-- Grain   reason x provider x service x resource type x component x unit
-- Reads   gap_sum (lib/ledger/gap-sums.sql of each slice), unread, billed_twice, billed_again
SELECT
    reason,
    provider_name AS provider,
    concat_ws(' ', service_name, resource_type, CASE WHEN component <> 'other' THEN component END) AS what,
    count(DISTINCT resource_id)::BIGINT AS resources,
    CASE WHEN unit = 'seconds' THEN sum(quantity) / 3600 ELSE sum(hours) END::DECIMAL(28,6) AS hours,
    CASE
        WHEN count(it_energy_joules) > 0 THEN joules_to_kwh(sum(it_energy_joules))::DECIMAL(28,6)
        WHEN unit <> 'seconds' THEN sum(quantity)::DECIMAL(28,6)
    END AS quantity,
    CASE WHEN count(it_energy_joules) > 0 THEN 'kWh' WHEN unit <> 'seconds' THEN unit END AS unit,
    sum(effective_cost) AS effective_cost
FROM gap_sum
GROUP BY reason, provider_name, service_name, resource_type, component, gap_sum.unit
UNION ALL
SELECT
    'a model server was not read: what it counted is in no figure', NULL, concat(source_id, ': ', measure, ' of ' || model_id),
    resources, hours, NULL, NULL, NULL
FROM unread
UNION ALL
SELECT
    'two bills tell of it: the cost and the modelled energy of both are counted', provider_name, concat(source_id, ': also in ', dearer_source_id),
    resources, NULL, NULL, NULL, effective_cost
FROM billed_twice
UNION ALL
SELECT
    'two files of a bill tell of it: the cost and the modelled energy of both are counted', NULL, concat(source_id, ': ', part, ' also in ', other),
    NULL, NULL, lines, 'rows', effective_cost
FROM billed_again
ORDER BY effective_cost DESC NULLS LAST, reason, provider, what, unit
