-- Finding  grid zones whose energy is not all matched to a factor of its own hour
-- Unit     ratio of facility energy, three places
-- Grain    zone
-- Reads    ledger
SELECT
    grid_zone,
    coalesce(
        sum(facility_energy_joules) FILTER (WHERE regexp_matches(factor_id, '/(half_)?hour$'))::DOUBLE / sum(facility_energy_joules)::DOUBLE,
        0
    )::DECIMAL(4,3)::VARCHAR AS hourly_ratio
FROM ledger
WHERE facility_energy_joules > 0 AND grid_zone IS NOT NULL
GROUP BY grid_zone
HAVING count(*) FILTER (WHERE regexp_matches(coalesce(factor_id, ''), '/(half_)?hour$')) < count(*)
ORDER BY grid_zone
