SELECT *, 'nvml-counter' AS method, CASE WHEN share = 'idle' THEN [] END AS spans FROM (VALUES
    ('agents', 'aa', TIMESTAMP '2026-06-01 05:00:00', 'h', '1', 'h', 'gpu', 'measured', 'attributed', 1800000::DECIMAL(28,6), 1800::DECIMAL(18,3)),
    ('agents', 'aa', TIMESTAMP '2026-06-01 05:00:00', 'h', '1', 'h', 'gpu', 'measured', 'idle', 900000::DECIMAL(28,6), 1800::DECIMAL(18,3)),
    ('agents', 'aa', TIMESTAMP '2026-06-01 05:00:00', 'i', '1', 'i', 'gpu', 'measured', 'idle', 900000::DECIMAL(28,6), 1800::DECIMAL(18,3)),
    ('agents', 'aa', TIMESTAMP '2026-06-01 05:00:00', 'h', '1', 'h', 'cpu', 'measured', 'idle', 7::DECIMAL(28,6), 1800::DECIMAL(18,3))
) AS given (source_id, receipt_sha256, period_start, host_id, boot_id, resource_id, component, basis, share, energy_joules, covered_seconds)
