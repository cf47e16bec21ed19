SELECT *, NULL::DOUBLE AS bucket_up_to, NULL::VARCHAR AS model_id FROM (VALUES
    ('agents', 'aa', TIMESTAMP '2026-06-01 00:00:00', 's', 'requests', 60::DECIMAL(28,6), [{'domain': 'chat-0', 'since': TIMESTAMP '2026-06-01 00:00:00', 'until': TIMESTAMP '2026-06-01 01:00:00'}]),
    ('points', 'pp', TIMESTAMP '2026-06-01 00:00:00', 's', 'requests', 60::DECIMAL(28,6), NULL),
    ('points', 'pp', TIMESTAMP '2026-06-01 00:00:00', 't', 'requests', 7::DECIMAL(28,6), NULL),
    ('points', 'pp', TIMESTAMP '2026-06-01 00:00:00', 's', 'output_tokens', 9::DECIMAL(28,6), NULL),
    ('points', 'pp', TIMESTAMP '2026-06-01 01:00:00', 's', 'requests', 50::DECIMAL(28,6), NULL)
) AS given (source_id, receipt_sha256, period_start, resource_id, measure, quantity, spans)
