SELECT *, NULL::DOUBLE AS bucket_up_to, NULL::VARCHAR AS model_id FROM (VALUES
    ('servers', 'aa', TIMESTAMP '2026-06-01 03:00:00', 's', 'requests', 30::DECIMAL(28,6), [{'domain': 'llama', 'since': TIMESTAMP '2026-06-01 03:00:00', 'until': TIMESTAMP '2026-06-01 03:30:00'}]),
    ('servers', 'bb', TIMESTAMP '2026-06-01 03:00:00', 's', 'requests', 30::DECIMAL(28,6), [{'domain': 'llama', 'since': TIMESTAMP '2026-06-01 03:05:00', 'until': TIMESTAMP '2026-06-01 03:35:00'}]),
    ('servers', 'cc', TIMESTAMP '2026-06-01 03:00:00', 's', 'requests', 25::DECIMAL(28,6), [{'domain': 'llama', 'since': TIMESTAMP '2026-06-01 03:15:00', 'until': TIMESTAMP '2026-06-01 03:40:00'}])
) AS given (source_id, receipt_sha256, period_start, resource_id, measure, quantity, spans)
