SELECT * REPLACE (covered_seconds::DECIMAL(18,3) AS covered_seconds) FROM (VALUES
    ('scrapes', 'aa', NULL, TIMESTAMP '2026-06-01 05:00:00', 'node-1', 'gpu', 'kepler', 1800, [{'domain': 'dynamic', 'since': TIMESTAMP '2026-06-01 05:00:00', 'until': TIMESTAMP '2026-06-01 05:30:00'}, {'domain': 'idle', 'since': TIMESTAMP '2026-06-01 05:00:00', 'until': TIMESTAMP '2026-06-01 05:30:00'}]),
    ('scrapes', 'bb', NULL, TIMESTAMP '2026-06-01 05:00:00', 'node-1', 'gpu', 'kepler', 1800, [{'domain': 'dynamic', 'since': TIMESTAMP '2026-06-01 05:30:00', 'until': TIMESTAMP '2026-06-01 06:00:00'}]),
    ('scrapes', 'cc', NULL, TIMESTAMP '2026-06-01 05:00:00', 'node-1', 'gpu', 'dcgm-counter', 900, [{'domain': 'GPU-a', 'since': TIMESTAMP '2026-06-01 05:15:00', 'until': TIMESTAMP '2026-06-01 05:30:00'}]),
    ('scrapes', 'aa', NULL, TIMESTAMP '2026-06-01 06:00:00', 'node-1', 'gpu', 'kepler', 3600, [{'domain': 'dynamic', 'since': TIMESTAMP '2026-06-01 06:00:00', 'until': TIMESTAMP '2026-06-01 07:00:00'}]),
    ('scrapes', 'cc', NULL, TIMESTAMP '2026-06-01 06:00:00', 'node-1', 'gpu', 'dcgm-counter', 1800, [{'domain': 'GPU-a', 'since': TIMESTAMP '2026-06-01 06:30:00', 'until': TIMESTAMP '2026-06-01 07:00:00'}]),
    ('scrapes', 'dd', NULL, TIMESTAMP '2026-06-01 06:00:00', 'node-1', 'gpu', 'dcgm-counter', 1800, [{'domain': 'GPU-a', 'since': TIMESTAMP '2026-06-01 06:30:00', 'until': TIMESTAMP '2026-06-01 07:00:00'}]),
    ('scrapes', 'aa', NULL, TIMESTAMP '2026-06-01 07:00:00', 'node-1', 'gpu', 'kepler', 1800, [{'domain': 'dynamic', 'since': TIMESTAMP '2026-06-01 07:00:00', 'until': TIMESTAMP '2026-06-01 07:30:00'}]),
    ('scrapes', 'cc', NULL, TIMESTAMP '2026-06-01 07:00:00', 'node-1', 'gpu', 'dcgm-counter', 1800, [{'domain': 'GPU-a', 'since': TIMESTAMP '2026-06-01 07:30:00', 'until': TIMESTAMP '2026-06-01 08:00:00'}]),
    ('scrapes', 'aa', NULL, TIMESTAMP '2026-06-01 08:00:00', 'node-1', 'gpu', 'kepler', 3600, [{'domain': 'dynamic', 'since': TIMESTAMP '2026-06-01 08:00:00', 'until': TIMESTAMP '2026-06-01 09:00:00'}]),
    ('scrapes', 'cc', NULL, TIMESTAMP '2026-06-01 08:00:00', 'node-1', 'gpu', 'dcgm-counter', 1800, [{'domain': 'GPU-a', 'since': TIMESTAMP '2026-06-01 08:00:00', 'until': TIMESTAMP '2026-06-01 09:00:00'}]),
    ('scrapes', 'aa', NULL, TIMESTAMP '2026-06-01 09:00:00', 'node-1', 'cpu', 'kepler', 3600, [{'domain': 'package', 'since': TIMESTAMP '2026-06-01 09:00:00', 'until': TIMESTAMP '2026-06-01 10:00:00'}]),
    ('scrapes', 'cc', NULL, TIMESTAMP '2026-06-01 09:00:00', 'node-1', 'gpu', 'dcgm-counter', 3600, [{'domain': 'GPU-a', 'since': TIMESTAMP '2026-06-01 09:00:00', 'until': TIMESTAMP '2026-06-01 10:00:00'}]),
    ('scrapes', 'aa', NULL, TIMESTAMP '2026-06-01 05:00:00', 'node-2', 'gpu', 'kepler', 3600, [{'domain': 'dynamic', 'since': TIMESTAMP '2026-06-01 05:00:00', 'until': TIMESTAMP '2026-06-01 06:00:00'}]),
    ('others', 'cc', NULL, TIMESTAMP '2026-06-01 05:00:00', 'node-2', 'gpu', 'dcgm-counter', 3600, [{'domain': 'GPU-b', 'since': TIMESTAMP '2026-06-01 05:00:00', 'until': TIMESTAMP '2026-06-01 06:00:00'}]),
    ('scrapes', 'aa', NULL, TIMESTAMP '2026-06-01 05:00:00', 'node-3', 'gpu', 'kepler', 3600, [{'domain': 'dynamic', 'since': TIMESTAMP '2026-06-01 05:00:00', 'until': TIMESTAMP '2026-06-01 06:00:00'}]),
    ('agents', 'ee', '1', TIMESTAMP '2026-06-01 05:00:00', 'i-3', 'gpu', 'nvml-counter', 3600, [{'domain': 'GPU-c', 'since': TIMESTAMP '2026-06-01 05:00:00', 'until': TIMESTAMP '2026-06-01 06:00:00'}])
) AS given (source_id, receipt_sha256, boot_id, period_start, resource_id, component, method, covered_seconds, spans)
