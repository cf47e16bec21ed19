SELECT *, NULL::VARCHAR AS method FROM (VALUES
    ('scrapes', 'aa', TIMESTAMP '2026-06-01 05:00:00', 'h', NULL, 'h', 'gpu', 'measured', [{'domain': 'g0', 'since': TIMESTAMP '2026-06-01 05:00:00', 'until': TIMESTAMP '2026-06-01 05:30:00'}]),
    ('scrapes', 'bb', TIMESTAMP '2026-06-01 05:00:00', 'h', NULL, 'h', 'gpu', 'measured', [{'domain': 'g0', 'since': TIMESTAMP '2026-06-01 05:05:00', 'until': TIMESTAMP '2026-06-01 05:35:00'}]),
    ('scrapes', 'cc', TIMESTAMP '2026-06-01 05:00:00', 'h', NULL, 'h', 'gpu', 'measured', [{'domain': 'g0', 'since': TIMESTAMP '2026-06-01 05:15:00', 'until': TIMESTAMP '2026-06-01 05:40:00'}])
) AS given (source_id, receipt_sha256, period_start, host_id, boot_id, resource_id, component, basis, spans)
