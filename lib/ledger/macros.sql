-- Words of which each line bears one: small numbers instead of texts in millions of lines.
CREATE TEMP TYPE settled_as AS ENUM ('energy', 'gap', 'no_energy');
CREATE TEMP TYPE share AS ENUM ('attributed', 'idle', 'unattributed');
CREATE TEMP TYPE basis AS ENUM ('filled', 'measured', 'modelled');
CREATE TEMP TYPE component AS ENUM ('cpu', 'gpu', 'memory', 'network', 'other', 'storage');
CREATE TEMP TYPE rate_method AS ENUM ('coefficient', 'instance-model', 'token-model');
CREATE TEMP TYPE ghg_scope AS ENUM ('scope_2', 'scope_3');
CREATE TEMP TYPE charge_gap AS ENUM (
    'capacity was reserved and nothing ran on it', 'no coefficient for this driver', 'no energy model for this charge', 'no published power',
    'the bill gives no quantity', 'unknown instance type'
);
-- Modelled energy: the spread of the assumed utilisation and a 20 % coefficient uncertainty, independent, in quadrature
-- (docs/methods/uncertainty.md).
CREATE OR REPLACE TEMP MACRO modelled_u95(utilisation_part) AS sqrt(utilisation_part * utilisation_part + 0.2 * 0.2);
-- Half-width of an amount in its own unit. Exact, with the ratio to six places: what many lines come to does not depend on which of
-- them are added up first.
CREATE OR REPLACE TEMP MACRO half_width(amount, u95_ratio) AS amount::DECIMAL(28,6) * u95_ratio::DECIMAL(10,6);
-- The factor of energy that no instrument covers, in the market-based figure: the residual mix for Scope 2 alone.
CREATE OR REPLACE TEMP MACRO market_factor(scope, residual_factor_id, factor_id) AS
    CASE WHEN scope = 'scope_2' THEN coalesce(residual_factor_id, factor_id) ELSE factor_id END;
-- What an hour's factor may be off by, by the grain that it came in (docs/methods/uncertainty.md).
CREATE OR REPLACE TEMP MACRO factor_u95(grain, is_estimated) AS
    CASE
        WHEN grain IN ('hour', 'half_hour') THEN CASE WHEN is_estimated THEN 0.10 ELSE 0.05 END
        WHEN grain IN ('hours', 'day', 'days', 'month') THEN 0.15
        ELSE 0.25
    END;
-- Hours of a slice by their number, from its first; an instant before it has a number below zero.
CREATE OR REPLACE TEMP MACRO hours_since_1970(instant_us) AS instant_us // 3600000000;
CREATE OR REPLACE TEMP MACRO hour_number(instant) AS
    (hours_since_1970(epoch_us(instant)) - hours_since_1970(epoch_us(getvariable('day_start')::TIMESTAMP)))::INTEGER;
-- The last hour of a charge that ends at this instant, exclusive.
CREATE OR REPLACE TEMP MACRO last_hour_number(instant) AS
    (hours_since_1970(epoch_us(instant) - 1) - hours_since_1970(epoch_us(getvariable('day_start')::TIMESTAMP)))::INTEGER;
CREATE OR REPLACE TEMP MACRO hour_start(number) AS make_timestamp(epoch_us(getvariable('day_start')::TIMESTAMP) + number * 3600000000);
CREATE OR REPLACE TEMP MACRO hours_of_slice() AS date_diff('hour', getvariable('day_start')::TIMESTAMP, getvariable('day_end')::TIMESTAMP);
-- A spot in an hour, and a line with what became of it, as one number each: joined at a fraction of the cost of two.
CREATE OR REPLACE TEMP MACRO standing_number(spot, hour) AS ((spot - 1) * hours_of_slice() + hour)::INTEGER;
CREATE OR REPLACE TEMP MACRO name_number(line, outcome) AS (3 * line + outcome)::INTEGER;
-- A charge in an hour as one number.
CREATE OR REPLACE TEMP MACRO hour_and_charge(hour, charge) AS hour * 4294967296 + charge;
CREATE OR REPLACE TEMP MACRO hour_number_in(hour_and_charge) AS (hour_and_charge >> 32)::INTEGER;
CREATE OR REPLACE TEMP MACRO charge_number_in(hour_and_charge) AS (hour_and_charge & 4294967295)::INTEGER;
-- A quantity as DOUBLE, by way of 64 bits where they hold it: the same number. Above 9007 DuckDB divides 128 bits, at forty times the cost.
CREATE OR REPLACE TEMP MACRO quantity_as_double(quantity) AS
    CASE WHEN abs(quantity) < 1000000 THEN quantity::DECIMAL(18,12)::DOUBLE ELSE quantity::DOUBLE END;
-- Charges of what a managed model read or wrote.
CREATE OR REPLACE TEMP MACRO counts_tokens(energy_driver) AS coalesce(energy_driver IN ('input_tokens', 'output_tokens'), false);
-- Charges of a machine's running, whole or as its cores and memory: where telemetry watches it they are settled with the host.
CREATE OR REPLACE TEMP MACRO runs_host(energy_driver) AS coalesce(energy_driver IN ('instance_hours', 'vcpu_hours', 'memory_gb_hours'), false);
-- An account as two papers can agree on it: Azure writes a subscription with and without its path; ids of AWS have twelve digits, and a
-- spreadsheet takes zeros off their beginning.
CREATE OR REPLACE TEMP MACRO met_account(provider_name, account_id) AS
    CASE
        WHEN provider_name = 'AWS' AND regexp_full_match(account_id, '[0-9]{1,11}') THEN lpad(account_id, 12, '0')
        ELSE regexp_replace(lower(account_id), '^/subscriptions/', '')
    END;
