SELECT *, NULL::DOUBLE AS bucket_up_to, NULL::VARCHAR AS model_id FROM (VALUES
    ('servers', 'aa', TIMESTAMP '2026-06-01 00:00:00', 's', 'requests', 60::DECIMAL(28,6), [{'domain': 'llama', 'since': TIMESTAMP '2026-06-01 00:00:00', 'until': TIMESTAMP '2026-06-01 01:00:00'}]),
    ('servers', 'bb', TIMESTAMP '2026-06-01 00:00:00', 's', 'requests', 60::DECIMAL(28,6), [{'domain': 'llama', 'since': TIMESTAMP '2026-06-01 00:00:00', 'until': TIMESTAMP '2026-06-01 01:00:00'}]),
    ('servers', 'aa', TIMESTAMP '2026-06-01 01:00:00', 's', 'requests', 30::DECIMAL(28,6), [{'domain': 'llama', 'since': TIMESTAMP '2026-06-01 01:00:00', 'until': TIMESTAMP '2026-06-01 01:30:00'}]),
    ('servers', 'bb', TIMESTAMP '2026-06-01 01:00:00', 's', 'requests', 30::DECIMAL(28,6), [{'domain': 'llama', 'since': TIMESTAMP '2026-06-01 01:30:00', 'until': TIMESTAMP '2026-06-01 02:00:00'}]),
    ('servers', 'aa', TIMESTAMP '2026-06-01 02:00:00', 's', 'requests', 40::DECIMAL(28,6), [{'domain': 'llama', 'since': TIMESTAMP '2026-06-01 02:00:00', 'until': TIMESTAMP '2026-06-01 02:40:00'}]),
    ('servers', 'bb', TIMESTAMP '2026-06-01 02:00:00', 's', 'requests', 30::DECIMAL(28,6), [{'domain': 'llama', 'since': TIMESTAMP '2026-06-01 02:30:00', 'until': TIMESTAMP '2026-06-01 03:00:00'}]),
    ('servers', 'aa', TIMESTAMP '2026-06-01 03:00:00', 's', 'requests', 30::DECIMAL(28,6), [{'domain': 'llama', 'since': TIMESTAMP '2026-06-01 03:00:00', 'until': TIMESTAMP '2026-06-01 03:30:00'}]),
    ('servers', 'bb', TIMESTAMP '2026-06-01 03:00:00', 's', 'requests', 30::DECIMAL(28,6), [{'domain': 'llama', 'since': TIMESTAMP '2026-06-01 03:00:00', 'until': TIMESTAMP '2026-06-01 03:30:00'}]),
    ('other', 'cc', TIMESTAMP '2026-06-01 03:00:00', 's', 'requests', 40::DECIMAL(28,6), [{'domain': 'llama', 'since': TIMESTAMP '2026-06-01 03:00:00', 'until': TIMESTAMP '2026-06-01 03:40:00'}]),
    ('servers', 'aa', TIMESTAMP '2026-06-01 04:00:00', 's', 'requests', 60::DECIMAL(28,6), [{'domain': 'llama', 'since': TIMESTAMP '2026-06-01 04:00:00', 'until': TIMESTAMP '2026-06-01 05:00:00'}]),
    ('servers', 'bb', TIMESTAMP '2026-06-01 04:00:00', 't', 'requests', 60::DECIMAL(28,6), [{'domain': 'llama', 'since': TIMESTAMP '2026-06-01 04:00:00', 'until': TIMESTAMP '2026-06-01 05:00:00'}]),
    ('servers', 'bb', TIMESTAMP '2026-06-01 04:00:00', 's', 'output_tokens', 60::DECIMAL(28,6), [{'domain': 'llama', 'since': TIMESTAMP '2026-06-01 04:00:00', 'until': TIMESTAMP '2026-06-01 05:00:00'}]),
    ('servers', 'cc', TIMESTAMP '2026-06-01 04:00:00', 's', 'requests', 60::DECIMAL(28,6), [{'domain': 'mistral', 'since': TIMESTAMP '2026-06-01 04:00:00', 'until': TIMESTAMP '2026-06-01 05:00:00'}])
) AS given (source_id, receipt_sha256, period_start, resource_id, measure, quantity, spans)
