-- Step    billed_charge: what the day's charges are charges of, and its number
-- Grain   landed file x number of the charge in it
-- Reads   present_charge, present_file, dim_charge
-- A bill says the same of a charge hour after hour, in file after file. It is looked at once here; the lines of the day bear the
-- number alone. Numbers go up in the order of the texts, so that every later line has its place whatever the machine.
-- Tokens of a managed model that no rule names bear the model that the bill names, and are inference, as in the activity.
CREATE OR REPLACE TEMP TABLE billed_charge AS
WITH billed AS (
    SELECT
        file_key, charge_in_file,
        charge_category, provider_name, sub_account_id, region_id, service_name, resource_id, resource_type, energy_driver,
        consumed_unit, billing_currency, project,
        CASE WHEN counts_tokens(energy_driver) THEN coalesce(model_id, resource_type) ELSE model_id END AS model_id,
        CASE WHEN counts_tokens(energy_driver) THEN coalesce(workload_type, 'inference') ELSE workload_type END AS workload_type,
        workload_id
    FROM dim_charge
    JOIN present_charge USING (file_key, charge_in_file)
    WHERE receipt_sha256 IN (FROM present_file)
),
expected AS (
    SELECT
        *,
        CASE
            WHEN charge_category <> 'Usage' OR energy_driver = 'none' THEN 'no_energy'::settled_as
            WHEN energy_driver IS NULL THEN 'gap'::settled_as
            ELSE 'energy'::settled_as
        END AS expected,
        CASE WHEN expected <> 'no_energy'::settled_as THEN consumed_unit END AS energy_unit
    FROM billed
)
SELECT
    *,
    dense_rank() OVER (
        ORDER BY
            resource_id, service_name, resource_type, energy_driver, expected, region_id, sub_account_id, provider_name,
            project, model_id, workload_type, workload_id, billing_currency, energy_unit
    )::INTEGER AS charge_number
FROM expected
