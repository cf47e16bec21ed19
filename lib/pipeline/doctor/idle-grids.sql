-- Finding  grid sources none of whose zones is one that anything stands in
-- Unit     none
-- Grain    source
-- Reads    fct_grid_intensity, ledger
-- Marginal values serve nobody, wherever they are of.
SELECT source_id, array_to_string(list_sort(list(DISTINCT grid_zone))[:6], ', ') AS zones
FROM fct_grid_intensity
WHERE kind <> 'marginal'
GROUP BY source_id
HAVING count(*) FILTER (WHERE grid_zone IN (SELECT grid_zone FROM ledger)) = 0
ORDER BY source_id
