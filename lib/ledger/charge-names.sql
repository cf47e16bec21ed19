-- Step    line_name: what is said of each charge's lines on the ledger, by how they are settled
-- Grain   line number x outcome: 0 energy, 1 no rate for it, 2 no quantity on the bill
-- Reads   charge_line
-- The lines of the slice bear a number alone; no text of a bill is looked at once a line.
CREATE OR REPLACE TEMP TABLE line_name AS
WITH told AS (
    SELECT
        *,
        CASE
            WHEN expected = 'no_energy'::settled_as THEN 'no_energy'::settled_as
            WHEN outcome = 0 THEN 'energy'::settled_as
            ELSE 'gap'::settled_as
        END AS settled_as
    FROM charge_line
    CROSS JOIN (SELECT unnest(range(3)) AS outcome)
)
SELECT
    name_number(line_number, outcome) AS name_number,
    provider_name, sub_account_id, service_name, resource_id, resource_type, component, share,
    project, model_id, workload_type, workload_id,
    settled_as,
    CASE WHEN settled_as = 'energy'::settled_as THEN 'modelled'::basis END AS basis,
    CASE WHEN settled_as = 'energy'::settled_as THEN method END AS method,
    CASE WHEN settled_as = 'energy'::settled_as THEN u95_ratio END AS u95_ratio,
    billing_currency,
    CASE
        WHEN settled_as <> 'gap'::settled_as THEN NULL
        WHEN expected = 'energy'::settled_as AND outcome = 2 THEN 'the bill gives no quantity'::charge_gap
        ELSE gap_reason
    END AS gap_reason,
    CASE WHEN settled_as = 'gap'::settled_as THEN consumed_unit END AS gap_unit,
    (is_first AND settled_as <> 'no_energy'::settled_as)::INTEGER::DECIMAL(18,6) AS resource_hours
FROM told
ORDER BY name_number
