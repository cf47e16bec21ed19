SELECT * FROM (VALUES
    -- Two records of a gauge in one hour: the last stands, the mean is weighed by its seconds
    ('h', 'i-1', 'joulebook_activity', TIMESTAMP '2026-06-01 05:30:00', 60::DOUBLE, 'vllm-1', 'vllm', 'queued_requests', NULL, NULL, NULL::DOUBLE, 4::DOUBLE, 2::DOUBLE, 0::DOUBLE, 5::DOUBLE, 60::DOUBLE, 60::DOUBLE),
    ('h', 'i-1', 'joulebook_activity', TIMESTAMP '2026-06-01 06:00:00', 60, 'vllm-1', 'vllm', 'queued_requests', NULL, NULL, NULL, 1, 5, 1, 8, 20, 20),
    -- A level that is known at one moment has no mean
    ('h', 'i-1', 'joulebook_activity', TIMESTAMP '2026-06-01 06:30:00', 60, 'vllm-1', 'vllm', 'queued_requests', NULL, NULL, NULL, 3, NULL, 3, 3, 1, 0),
    -- Counts of one bucket add up; another bucket is another row
    ('h', 'i-1', 'joulebook_activity_bucket', TIMESTAMP '2026-06-01 05:30:00', 60, 'vllm-1', 'vllm', 'requests_by_latency', '-Inf', '0.1', 7, NULL, NULL, NULL, NULL, NULL, NULL),
    ('h', 'i-1', 'joulebook_activity_bucket', TIMESTAMP '2026-06-01 05:31:00', 60, 'vllm-1', 'vllm', 'requests_by_latency', '-Inf', '0.1', 2, NULL, NULL, NULL, NULL, NULL, NULL),
    ('h', 'i-1', 'joulebook_activity_bucket', TIMESTAMP '2026-06-01 05:31:00', 60, 'vllm-1', 'vllm', 'requests_by_latency', '0.1', '+Inf', 1, NULL, NULL, NULL, NULL, NULL, NULL),
    -- A bucket without bounds is none
    ('h', 'i-1', 'joulebook_activity_bucket', TIMESTAMP '2026-06-01 05:31:00', 60, 'vllm-1', 'vllm', 'requests_by_latency', NULL, '0.1', 1, NULL, NULL, NULL, NULL, NULL, NULL),
    ('h', 'i-1', 'joulebook_activity_bucket', TIMESTAMP '2026-06-01 05:31:00', 60, 'vllm-1', 'vllm', 'requests_by_latency', '0.1', 'wide', 1, NULL, NULL, NULL, NULL, NULL, NULL)
) AS point (
    host_id, resource_id, measure_name, "time", duration_seconds, target, framework, measure, "over", up_to, "count",
    level_last, level_mean, level_minimum, level_maximum, level_samples, level_seconds
)
