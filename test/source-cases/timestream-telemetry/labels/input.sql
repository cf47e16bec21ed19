SELECT * FROM (VALUES
    ('h', 'i-1', 'cpu', 'package-0', 'rapl', 'measured', 'joulebook_energy', TIMESTAMP '2026-06-01 05:30:00', 9::DOUBLE, 1::DOUBLE, 2::DOUBLE, 60::DOUBLE, NULL, NULL, NULL, NULL, NULL::DOUBLE),
    -- The same labels in another order are the same workload
    ('h', 'i-1', 'cpu', 'package-0', 'rapl', 'measured', 'joulebook_workload_energy', TIMESTAMP '2026-06-01 05:30:00', 2, NULL, NULL, NULL, '{"pod":"a","namespace":"n"}', NULL, NULL, NULL, NULL),
    ('h', 'i-1', 'cpu', 'package-0', 'rapl', 'measured', 'joulebook_workload_energy', TIMESTAMP '2026-06-01 05:31:00', 3, NULL, NULL, NULL, '{"namespace":"n","pod":"a"}', NULL, NULL, NULL, NULL),
    ('h', 'i-1', 'cpu', 'package-0', 'rapl', 'measured', 'joulebook_workload_energy', TIMESTAMP '2026-06-01 05:31:00', 1, NULL, NULL, NULL, '{"namespace":"m"}', NULL, NULL, NULL, NULL),
    ('h', 'i-1', NULL, NULL, NULL, NULL, 'joulebook_activity', TIMESTAMP '2026-06-01 05:30:00', NULL, NULL, NULL, 60, '{"pod":"a"}', 'vllm-1', 'vllm', 'requests', 12),
    -- What is no object has no labels
    ('h', 'i-1', NULL, NULL, NULL, NULL, 'joulebook_activity', TIMESTAMP '2026-06-01 05:31:00', NULL, NULL, NULL, 60, 'pod=a', 'vllm-1', 'vllm', 'requests', 12),
    ('h', 'i-1', NULL, NULL, NULL, NULL, 'joulebook_activity', TIMESTAMP '2026-06-01 05:32:00', NULL, NULL, NULL, 60, '["a"]', 'vllm-1', 'vllm', 'requests', 12)
) AS point (
    host_id, resource_id, component, domain, method, basis, measure_name, "time", energy_joules, idle_joules, unattributed_joules,
    duration_seconds, labels, target, framework, measure, quantity
)
