-- Words of which each line bears one: small numbers instead of texts in millions of lines.
CREATE TYPE settled_as AS ENUM ('energy', 'gap', 'no_energy');
CREATE TYPE share AS ENUM ('attributed', 'idle', 'unattributed');
CREATE TYPE basis AS ENUM ('filled', 'measured', 'modelled');
CREATE TYPE component AS ENUM ('cpu', 'gpu', 'memory', 'network', 'other', 'storage');
CREATE TYPE rate_method AS ENUM ('coefficient', 'instance-model', 'token-model');
CREATE TYPE ghg_scope AS ENUM ('scope_2', 'scope_3');
CREATE TYPE charge_gap AS ENUM (
    'no coefficient for this driver', 'no energy model for this charge', 'no published power', 'the bill gives no quantity', 'unknown instance type'
);
-- Modelled energy: the spread of the assumed utilisation and a 20 % coefficient uncertainty, independent, in quadrature
-- (docs/methods/uncertainty.md).
CREATE OR REPLACE TEMP MACRO modelled_u95(utilisation_part) AS sqrt(utilisation_part * utilisation_part + 0.2 * 0.2);
-- What an hour's factor may be off by, by the grain that it came in (docs/methods/uncertainty.md).
CREATE OR REPLACE TEMP MACRO factor_u95(grain, is_estimated) AS
    CASE
        WHEN grain IN ('hour', 'half_hour') THEN CASE WHEN is_estimated THEN 0.10 ELSE 0.05 END
        WHEN grain IN ('day', 'month') THEN 0.15
        ELSE 0.25
    END;
