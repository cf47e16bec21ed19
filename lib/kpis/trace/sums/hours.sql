-- Sum     resource hours of the traced lines
-- Unit    hours
-- Grain   provider x service x instance type or model
-- Reads   traced
SELECT provider_name, service_name, resource_type, sum(resource_hours) AS quantity
FROM traced
WHERE resource_hours > 0
GROUP BY ALL
ORDER BY ALL
