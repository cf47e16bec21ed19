-- Step    name_sum: what each name comes to at standings of one kind
-- Unit    joules, gCO2e, billing currency
-- Grain   name x kind of standing
-- Reads   line, standing
-- At standings of one kind all ratios are the same: lines are added up here by two numbers, once for all who read sums of them.
CREATE OR REPLACE TEMP TABLE name_sum AS
SELECT
    line.name_number,
    standing.standing_kind,
    min(standing.period_start) AS first_hour,
    max(standing.period_start) AS last_hour,
    sum(line.it_energy_joules) AS it_energy_joules,
    sum(line.facility_energy_joules) AS facility_energy_joules,
    sum(line.emissions_location_gco2e) AS emissions_location_gco2e,
    sum(line.emissions_market_gco2e) AS emissions_market_gco2e,
    sum(line.embodied_gco2e) AS embodied_gco2e,
    sum(line.it_energy_joules) FILTER (WHERE line.embodied_gco2e IS NULL) AS unmade_joules,
    sum(line.billed_cost) AS billed_cost,
    sum(line.effective_cost) AS effective_cost,
    sum(line.gap_quantity) AS gap_quantity,
    sum(line.bill_rows) AS bill_rows,
    count(*) AS lines
FROM line
JOIN standing USING (standing_number)
GROUP BY line.name_number, standing.standing_kind
