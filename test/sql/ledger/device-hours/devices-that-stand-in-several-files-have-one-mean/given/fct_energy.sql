WITH told (receipt_sha256, hour, component, domains, until_minute, energy_joules, covered_seconds) AS (VALUES
    -- Two GPUs, each in a file of its own, the second for half of the hour
    ('aa', 5, 'gpu', ['g0'], 60, 40, 3600),
    ('bb', 5, 'gpu', ['g1'], 30, 20, 1800),
    -- A file that knows both, and one that knows a third for the whole hour
    ('aa', 6, 'gpu', ['g0', 'g1'], 30, 40, 1800),
    ('cc', 6, 'gpu', ['g2'], 60, 40, 3600),
    -- A file whose second package could not be read, and one that does not know it
    ('dd', 7, 'cpu', ['p0'], 60, 40, 1800),
    ('ee', 7, 'cpu', ['p1'], 60, 40, 3600)
)
SELECT
    'agents' AS source_id, receipt_sha256, TIMESTAMP '2026-06-01 00:00:00' + hour * INTERVAL 1 HOUR AS period_start, 'h' AS host_id, '1' AS boot_id, 'h' AS resource_id,
    component, 'measured' AS basis, 'counter' AS method, 'idle' AS share, energy_joules::DECIMAL(28,6) AS energy_joules, covered_seconds::DECIMAL(18,3) AS covered_seconds,
    0.05 AS u95_ratio,
    list_transform(domains, lambda domain: {
        'domain': domain,
        'since': TIMESTAMP '2026-06-01 00:00:00' + hour * INTERVAL 1 HOUR,
        'until': TIMESTAMP '2026-06-01 00:00:00' + hour * INTERVAL 1 HOUR + until_minute * INTERVAL 1 MINUTE
    }) AS spans
FROM told
