-- Step    billed_again: what files of one bill repeat of another of its files; both are in the cost and in the modelled energy
-- Unit    lines, billing currency
-- Grain   file, or folder, that repeats another
-- Reads   bill_suspect, bill_words, cost_line
-- Here every line is counted, not a sample. Of lines that the other file holds less often those that it holds count, as if all were alike.
-- Nobody can tell here which of the two is meant, so nothing is left out.
CREATE OR REPLACE TEMP TABLE billed_again AS
WITH asked AS (
    SELECT source_id, is_folder, part, columns, unnest(part_files) AS file_key FROM bill_suspect
    UNION
    SELECT source_id, is_folder, other, columns, unnest(other_files) FROM bill_suspect
),
told AS (
    SELECT asked.*, charge_in_file, words
    FROM bill_words
    JOIN asked USING (source_id, file_key, columns)
),
held AS (
    SELECT
        told.source_id, is_folder, part, columns,
        hash(words, charge_period_start, charge_period_end, billed_cost, consumed_quantity) AS line,
        count(*) AS times,
        sum(effective_cost) AS effective_cost
    FROM cost_line
    JOIN told USING (file_key, charge_in_file)
    GROUP BY ALL
)
SELECT
    source_id, part, other,
    sum(least(less.times, more.times))::BIGINT AS lines,
    sum(
        CASE
            WHEN less.times <= more.times THEN less.effective_cost
            ELSE (less.effective_cost / less.times * more.times)::DECIMAL(28,12)
        END
    )::DECIMAL(28,12) AS effective_cost
FROM bill_suspect
JOIN held AS less USING (source_id, is_folder, part, columns)
JOIN held AS more
    ON more.source_id = bill_suspect.source_id AND more.is_folder = bill_suspect.is_folder AND more.part = bill_suspect.other
    AND more.columns = bill_suspect.columns AND more.line = less.line
GROUP BY ALL
ORDER BY ALL
