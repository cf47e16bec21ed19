-- Step    line: amounts of each line of the slice, with its facility energy and emissions
-- Unit    joules, gCO2e, billing currency
-- Grain   hour x resource x component x share x workload, by the numbers of standing and name
-- Reads   settled, standing
-- PUE is applied here, once. What has no zone or no PUE keeps NULL emissions.
CREATE OR REPLACE TEMP TABLE line AS
WITH powered AS (
    SELECT
        settled.*,
        standing.carbon_intensity_gco2e_per_kwh,
        standing.market_gco2e_per_kwh,
        (settled.it_energy_joules::DOUBLE * standing.pue)::DECIMAL(28,6) AS facility_energy_joules
    FROM settled
    JOIN standing USING (standing_number)
)
SELECT
    standing_number,
    name_number,
    it_energy_joules,
    facility_energy_joules,
    emissions_gco2e(facility_energy_joules, carbon_intensity_gco2e_per_kwh) AS emissions_location_gco2e,
    emissions_gco2e(facility_energy_joules, market_gco2e_per_kwh) AS emissions_market_gco2e,
    embodied_gco2e,
    billed_cost,
    effective_cost,
    gap_quantity,
    bill_rows
FROM powered
