SELECT * FROM (VALUES
    -- A device over two records of an hour, the second to the instant in which the hour ends
    ('h', 'i-1', 'cpu', 'package-0', 'rapl', 'measured', 'joulebook_energy', TIMESTAMP '2026-06-01 05:30:00', 100.5::DOUBLE, 40.25::DOUBLE, 10.25::DOUBLE, 0.05::DOUBLE, 1800::DOUBLE, NULL, NULL, NULL, NULL, NULL, NULL::DOUBLE),
    ('h', 'i-1', 'cpu', 'package-0', 'rapl', 'measured', 'joulebook_energy', TIMESTAMP '2026-06-01 06:00:00', 60, 20, 0, 0.05, 1800, NULL, NULL, NULL, NULL, NULL, NULL),
    ('h', 'i-1', 'cpu', 'package-0', 'rapl', 'measured', 'joulebook_workload_energy', TIMESTAMP '2026-06-01 05:30:00', 50, NULL, NULL, NULL, NULL, NULL, 'chat', NULL, NULL, NULL, NULL),
    ('h', 'i-1', 'cpu', 'package-0', 'rapl', 'measured', 'joulebook_workload_energy', TIMESTAMP '2026-06-01 06:00:00', 40, NULL, NULL, NULL, NULL, NULL, 'chat', NULL, NULL, NULL, NULL),
    -- A counter that could not be read
    ('h', 'i-1', 'gpu', 'GPU-1', 'nvml-counter', 'measured', 'joulebook_energy', TIMESTAMP '2026-06-01 06:30:00', NULL, NULL, NULL, 0.05, 60, 'device-vanished', NULL, NULL, NULL, NULL, NULL),
    -- What ends in the first instant of the month was spent before it; what ends in its last belongs to it
    ('h', 'i-1', 'cpu', 'package-0', 'rapl', 'measured', 'joulebook_energy', TIMESTAMP '2026-06-01 00:00:00', 7, 7, 0, 0.05, 60, NULL, NULL, NULL, NULL, NULL, NULL),
    ('h', 'i-1', 'cpu', 'package-0', 'rapl', 'measured', 'joulebook_energy', TIMESTAMP '2026-07-01 00:00:00', 9, 9, 0, 0.05, 60, NULL, NULL, NULL, NULL, NULL, NULL),
    ('h', 'i-1', NULL, NULL, NULL, NULL, 'joulebook_activity', TIMESTAMP '2026-06-01 05:30:00', NULL, NULL, NULL, NULL, 60, NULL, 'chat', 'vllm-1', 'vllm', 'requests', 12),
    ('h', 'i-1', NULL, NULL, NULL, NULL, 'joulebook_activity', TIMESTAMP '2026-06-01 05:31:00', NULL, NULL, NULL, NULL, 60, NULL, 'chat', 'vllm-1', 'vllm', 'requests', 8),
    ('h', 'i-1', NULL, NULL, NULL, NULL, 'joulebook_activity', TIMESTAMP '2026-06-01 05:31:00', NULL, NULL, NULL, NULL, 60, 'scrape-failed', 'chat', 'vllm-1', 'vllm', 'output_tokens', NULL)
) AS point (
    host_id, resource_id, component, domain, method, basis, measure_name, "time", energy_joules, idle_joules, unattributed_joules,
    u95_ratio, duration_seconds, gap_reason, project, target, framework, measure, quantity
)
