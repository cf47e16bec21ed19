SELECT *, NULL::DOUBLE AS bucket_up_to, NULL::VARCHAR AS model_id FROM (VALUES
    ('servers', 'aa', TIMESTAMP '2026-06-01 00:00:00', 's', 'requests', 60::DECIMAL(28,6), [{'domain': 'm', 'since': TIMESTAMP '2026-06-01 00:00:00', 'until': TIMESTAMP '2026-06-01 01:00:00'}]),
    ('servers', 'bb', TIMESTAMP '2026-06-01 00:00:00', 's', 'requests', 30::DECIMAL(28,6), [{'domain': 'm', 'since': TIMESTAMP '2026-06-01 00:30:00', 'until': TIMESTAMP '2026-06-01 01:00:00'}]),
    ('servers', 'bb', TIMESTAMP '2026-06-01 01:00:00', 's', 'requests', 7::DECIMAL(28,6), [{'domain': 'm', 'since': TIMESTAMP '2026-06-01 01:00:00', 'until': TIMESTAMP '2026-06-01 02:00:00'}])
) AS given (source_id, receipt_sha256, period_start, resource_id, measure, quantity, spans)
