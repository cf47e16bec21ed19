-- Step    bill_suspect: files of a bill of whose sampled usage at least half stands in another of its files as well
-- Unit    none
-- Grain   file, or folder where a bill lies in several and one of them holds several files
-- Reads   bill_file, bill_words, cost_line
-- A line is known again by what is said of its charge, its times, its billed cost and its quantity. One that a file itself holds twice
-- proves nothing, since parts of one bill share such too; that the other file lacks most of those says that the bill was dealt to both.
-- Versions of a report may deal the same lines to their files in other ways: then their folders tell. The file of fewer rows is the one
-- that repeats, and of several others that where most of it stands is named.
CREATE OR REPLACE TEMP TABLE bill_suspect AS
WITH file AS (
    SELECT hash(source_id, receipt_sha256) AS file_key, source_id, origin, rows, regexp_replace(origin, '[^/]*$', '') AS folder
    FROM bill_file
),
dealt AS (
    SELECT source_id FROM file GROUP BY source_id HAVING count(DISTINCT folder) BETWEEN 2 AND count(*) - 1
),
part_file AS (
    SELECT file_key, source_id, origin AS part, false AS is_folder, rows FROM file
    UNION ALL
    SELECT file_key, source_id, folder, true, rows FROM file SEMI JOIN dealt USING (source_id)
),
part AS (
    SELECT
        row_number() OVER (ORDER BY is_folder, source_id, sum(rows), part) AS number,
        source_id, part, is_folder, bit_or(filled) AS filled, list(file_key) AS file_keys
    FROM part_file
    JOIN (SELECT DISTINCT file_key, filled FROM bill_words) AS said USING (file_key)
    GROUP BY source_id, part, is_folder
),
line AS (
    SELECT
        file_key, columns, is_sample,
        hash(words, charge_period_start, charge_period_end, billed_cost, consumed_quantity) AS line,
        billed_cost <> 0 OR (billed_cost = 0 AND consumed_quantity <> 0) AS counts
    FROM cost_line
    JOIN (
        SELECT * FROM bill_words SEMI JOIN (SELECT source_id, words FROM bill_words WHERE is_sample) AS sampled USING (source_id, words)
    ) AS looked_at USING (file_key, charge_in_file)
),
held AS (
    SELECT number, columns, line, bool_or(is_sample) AS is_sample, count(*) AS times
    FROM line
    JOIN (SELECT number, unnest(file_keys) AS file_key FROM part) AS file_of USING (file_key)
    GROUP BY ALL
    HAVING bool_and(counts)
),
in_many AS (
    SELECT * FROM held QUALIFY count(*) OVER (PARTITION BY columns, line) > 1
),
shared AS (
    SELECT
        less.number, more.number AS other_number, less.columns,
        count(*) FILTER (WHERE less.times = 1 AND more.times = 1) AS lines,
        coalesce(sum(least(less.times, more.times)) FILTER (WHERE less.times > 1), 0) AS alike
    FROM in_many AS less
    JOIN in_many AS more ON more.line = less.line AND more.columns = less.columns AND more.number > less.number
    WHERE less.is_sample
    GROUP BY ALL
),
sample AS (
    SELECT number, columns, sum(times) AS lines, coalesce(sum(times) FILTER (WHERE times > 1), 0) AS alike
    FROM held
    WHERE is_sample
    GROUP BY ALL
),
repeated AS (
    SELECT
        part.source_id, part.is_folder, part.part, other.part AS other, columns,
        part.file_keys AS part_files, other.file_keys AS other_files,
        regexp_replace(part.part, '[^/]*$', '') AS folder,
        regexp_replace(other.part, '[^/]*$', '') AS other_folder
    FROM shared
    JOIN sample USING (number, columns)
    JOIN part USING (number)
    JOIN part AS other ON other.number = other_number
    WHERE 2 * shared.lines >= sample.lines AND 2 * shared.alike >= sample.alike
        AND other.source_id = part.source_id AND other.is_folder = part.is_folder AND columns = part.filled & other.filled
    QUALIFY row_number() OVER (PARTITION BY number ORDER BY shared.lines DESC, other_number DESC) = 1
)
SELECT repeated.* EXCLUDE (folder, other_folder)
FROM repeated
ANTI JOIN (SELECT source_id, folder AS part FROM repeated WHERE is_folder) AS whole
    ON NOT repeated.is_folder AND whole.source_id = repeated.source_id AND whole.part IN (repeated.folder, repeated.other_folder)
ORDER BY source_id, part
