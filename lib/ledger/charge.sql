-- Step    charge: each charge of the day by its number
-- Grain   charge number
-- Reads   billed_charge
-- What draws no energy is told apart neither by its category nor by its unit.
CREATE OR REPLACE TEMP TABLE charge AS
SELECT DISTINCT
    charge_number, expected, provider_name, sub_account_id, region_id, service_name, resource_id, resource_type, energy_driver,
    billing_currency, project, model_id, workload_type, workload_id, energy_unit AS consumed_unit
FROM billed_charge
ORDER BY charge_number
