SELECT * FROM (VALUES
    ('agents', 'aa', TIMESTAMP '2026-06-01 05:00:00', 'i-1', '1', 'i-1', 'gpu', 'measured', 'nvml-counter', [{'domain': 'GPU-a', 'since': TIMESTAMP '2026-06-01 05:00:00', 'until': TIMESTAMP '2026-06-01 06:00:00'}]),
    ('scrapes', 'bb', TIMESTAMP '2026-06-01 05:00:00', 'node-1', NULL, 'node-1', 'gpu', 'measured', 'dcgm-counter', [{'domain': 'GPU-a', 'since': TIMESTAMP '2026-06-01 05:00:00', 'until': TIMESTAMP '2026-06-01 06:00:00'}]),
    ('scrapes', 'bb', TIMESTAMP '2026-06-01 05:00:00', 'node-1', NULL, 'node-1', 'gpu', 'measured', 'kepler', [{'domain': 'dynamic', 'since': TIMESTAMP '2026-06-01 05:00:00', 'until': TIMESTAMP '2026-06-01 06:00:00'}, {'domain': 'idle', 'since': TIMESTAMP '2026-06-01 05:00:00', 'until': TIMESTAMP '2026-06-01 06:00:00'}])
) AS given (source_id, receipt_sha256, period_start, host_id, boot_id, resource_id, component, basis, method, spans)
