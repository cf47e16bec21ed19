-- Sum     billed cost of the traced lines
-- Unit    billing currency
-- Grain   provider x service x instance type or model
-- Reads   traced
SELECT provider_name, service_name, resource_type, sum(billed_cost) AS quantity
FROM traced
WHERE billed_cost IS NOT NULL
GROUP BY ALL
ORDER BY ALL
