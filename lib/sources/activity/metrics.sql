-- Table   metric: every counter that is read, and what it counts
-- Unit    factor turns the counter's unit into pieces or joules
-- Grain   name x the value of one label, where a label tells idle from active or one chip part from another
-- Reads   nothing
-- Left out on purpose: counters that hold another one (tgi_request_count, Kepler's core in package, platform and joules sums).
SELECT *
FROM (VALUES
    ('vllm:request_success_total', NULL, NULL, 'requests', NULL, NULL, NULL, 1),
    ('vllm:prompt_tokens_total', NULL, NULL, 'input_tokens', NULL, NULL, NULL, 1),
    ('vllm:generation_tokens_total', NULL, NULL, 'output_tokens', NULL, NULL, NULL, 1),
    ('vllm:prompt_tokens_cached_total', NULL, NULL, 'cached_tokens', NULL, NULL, NULL, 1),
    ('tgi_request_success', NULL, NULL, 'requests', NULL, NULL, NULL, 1),
    ('tgi_request_input_length_sum', NULL, NULL, 'input_tokens', NULL, NULL, NULL, 1),
    ('tgi_request_generated_tokens_sum', NULL, NULL, 'output_tokens', NULL, NULL, NULL, 1),
    ('sglang:num_requests_total', NULL, NULL, 'requests', NULL, NULL, NULL, 1),
    ('sglang:prompt_tokens_total', NULL, NULL, 'input_tokens', NULL, NULL, NULL, 1),
    ('sglang:generation_tokens_total', NULL, NULL, 'output_tokens', NULL, NULL, NULL, 1),
    ('sglang:cached_tokens_total', NULL, NULL, 'cached_tokens', NULL, NULL, NULL, 1),
    ('nv_inference_request_success', NULL, NULL, 'requests', NULL, NULL, NULL, 1),
    ('DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION', NULL, NULL, NULL, 'gpu', 'dcgm-counter', 'device', 0.001),
    ('kepler_node_package_joules_total', 'mode', 'dynamic', NULL, 'cpu', 'kepler', 'active', 1),
    ('kepler_node_package_joules_total', 'mode', 'idle', NULL, 'cpu', 'kepler', 'idle', 1),
    ('kepler_node_dram_joules_total', 'mode', 'dynamic', NULL, 'memory', 'kepler', 'active', 1),
    ('kepler_node_dram_joules_total', 'mode', 'idle', NULL, 'memory', 'kepler', 'idle', 1),
    ('kepler_node_gpu_joules_total', 'mode', 'dynamic', NULL, 'gpu', 'kepler', 'active', 1),
    ('kepler_node_gpu_joules_total', 'mode', 'idle', NULL, 'gpu', 'kepler', 'idle', 1),
    ('kepler_container_package_joules_total', 'mode', 'dynamic', NULL, 'cpu', 'kepler', 'workload', 1),
    ('kepler_container_dram_joules_total', 'mode', 'dynamic', NULL, 'memory', 'kepler', 'workload', 1),
    ('kepler_container_gpu_joules_total', 'mode', 'dynamic', NULL, 'gpu', 'kepler', 'workload', 1),
    ('kepler_node_cpu_active_joules_total', 'zone', 'package', NULL, 'cpu', 'kepler', 'active', 1),
    ('kepler_node_cpu_active_joules_total', 'zone', 'dram', NULL, 'memory', 'kepler', 'active', 1),
    ('kepler_node_cpu_idle_joules_total', 'zone', 'package', NULL, 'cpu', 'kepler', 'idle', 1),
    ('kepler_node_cpu_idle_joules_total', 'zone', 'dram', NULL, 'memory', 'kepler', 'idle', 1),
    ('kepler_container_cpu_joules_total', 'zone', 'package', NULL, 'cpu', 'kepler', 'workload', 1),
    ('kepler_container_cpu_joules_total', 'zone', 'dram', NULL, 'memory', 'kepler', 'workload', 1)
) AS metric (name, label, label_value, measure, component, method, role, factor)
