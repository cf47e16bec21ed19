SELECT *, NULL::VARCHAR AS method FROM (VALUES
    ('agents', 'aa', TIMESTAMP '2026-06-01 05:00:00', 'h', '1', 'h', 'gpu', 'measured', [{'domain': 'g0', 'since': TIMESTAMP '2026-06-01 05:00:00', 'until': TIMESTAMP '2026-06-01 05:30:00'}]),
    ('agents', 'bb', TIMESTAMP '2026-06-01 05:00:00', 'h', '2', 'h', 'gpu', 'measured', [{'domain': 'g0', 'since': TIMESTAMP '2026-06-01 05:20:00', 'until': TIMESTAMP '2026-06-01 06:00:00'}]),
    ('agents', 'cc', TIMESTAMP '2026-06-01 05:00:00', 'h', '1', 'h', 'gpu', 'measured', [{'domain': 'g0', 'since': TIMESTAMP '2026-06-01 05:30:00', 'until': TIMESTAMP '2026-06-01 05:35:00'}])
) AS given (source_id, receipt_sha256, period_start, host_id, boot_id, resource_id, component, basis, spans)
