SELECT * FROM (VALUES
    ('h', 'i-1', 'cpu', 'measured', 'joulebook_energy', TIMESTAMP '2026-06-01 05:30:00', 100::DOUBLE, 60::DOUBLE, 40::DOUBLE, 60::DOUBLE),
    ('h', 'i-1', 'engine', 'measured', 'joulebook_energy', TIMESTAMP '2026-06-01 05:30:00', 100, 60, 40, 60),
    ('h', 'i-1', 'cpu', 'measured', 'joulebook_energy', TIMESTAMP '2026-06-01 05:31:00', -1, 0, 0, 60),
    ('h', 'i-1', 'cpu', 'measured', 'joulebook_energy', TIMESTAMP '2026-06-01 05:32:00', 100, 60, 40, 7200),
    ('h', 'i-1', 'cpu', 'measured', 'other', TIMESTAMP '2026-06-01 05:32:00', 100, 60, 40, 60)
) AS point (host_id, resource_id, component, basis, measure_name, "time", energy_joules, idle_joules, unattributed_joules, duration_seconds)
