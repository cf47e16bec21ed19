SELECT *, 'dcgm-counter' AS method FROM (VALUES
    ('exporter', 'aa', TIMESTAMP '2026-06-01 00:00:00', 'h', NULL, 'h', 'gpu', 'measured', 3600::DECIMAL(28,6), 3600::DECIMAL(18,3), [{'domain': 'g0', 'since': TIMESTAMP '2026-06-01 00:00:00', 'until': TIMESTAMP '2026-06-01 01:00:00'}]),
    ('exporter', 'bb', TIMESTAMP '2026-06-01 00:00:00', 'h', NULL, 'h', 'gpu', 'measured', 3600::DECIMAL(28,6), 3600::DECIMAL(18,3), [{'domain': 'g0', 'since': TIMESTAMP '2026-06-01 00:00:00', 'until': TIMESTAMP '2026-06-01 01:00:00'}])
) AS given (source_id, receipt_sha256, period_start, host_id, boot_id, resource_id, component, basis, energy_joules, covered_seconds, spans)
