SELECT *, NULL::VARCHAR AS model_id FROM (VALUES
    ('servers', 'aa', TIMESTAMP '2026-06-01 02:00:00', 's', 'requests', NULL::DOUBLE, 40::DECIMAL(28,6), [{'domain': 'llama', 'since': TIMESTAMP '2026-06-01 02:00:00', 'until': TIMESTAMP '2026-06-01 02:40:00'}]),
    ('servers', 'bb', TIMESTAMP '2026-06-01 02:00:00', 's', 'requests', NULL, 30, [{'domain': 'llama', 'since': TIMESTAMP '2026-06-01 02:30:00', 'until': TIMESTAMP '2026-06-01 03:00:00'}]),
    ('points', 'cc', TIMESTAMP '2026-06-01 02:00:00', 's', 'requests', NULL, 50, NULL),
    ('points', 'cc', TIMESTAMP '2026-06-01 02:00:00', 's', 'requests', 0.5, 20, NULL),
    ('points', 'cc', TIMESTAMP '2026-06-01 03:00:00', 's', 'requests', NULL, 9, NULL)
) AS given (source_id, receipt_sha256, period_start, resource_id, measure, bucket_up_to, quantity, spans)
