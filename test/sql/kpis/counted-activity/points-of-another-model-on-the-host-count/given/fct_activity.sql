SELECT *, NULL::DOUBLE AS bucket_up_to, 'requests' AS measure, TIMESTAMP '2026-06-01 00:00:00' AS period_start, 's' AS resource_id FROM (VALUES
    ('scrapes', 'aa', 'llama', 60::DECIMAL(28,6), [{'domain': '{model_name=llama}', 'since': TIMESTAMP '2026-06-01 00:00:00', 'until': TIMESTAMP '2026-06-01 01:00:00'}]),
    ('points', 'pp', 'llama', 60::DECIMAL(28,6), NULL),
    ('points', 'pp', 'code', 8::DECIMAL(28,6), NULL),
    ('points', 'pp', NULL, 7::DECIMAL(28,6), NULL)
) AS given (source_id, receipt_sha256, model_id, quantity, spans)
