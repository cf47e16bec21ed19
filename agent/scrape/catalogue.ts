import type { Framework } from './framework.ts';

const MODEL_LABELS = ['model_name', 'model'] as const;
const SERVING = { workloadType: 'inference', modelLabels: MODEL_LABELS, watched: [], histograms: [] } as const;
const WATCHED = { workloadType: null, modelLabels: [], counters: [], levels: [], histograms: [] } as const;
const MICROSECONDS = 1;

/**
 * `errors` are requests that failed. Those that their client gave up are none: vLLM and Triton tell them apart, SGLang counts aborts of
 * either side in one and so tells no errors.
 *
 * Every kind of target, in the order in which a measure is taken where one page gives it twice (vLLM inside Triton). The
 * counters of requests and tokens are those of lib/sources/activity/metrics.sql. Queues, running requests and cache use have
 * the names of the model server protocol of the Kubernetes gateway API inference extension (docs/proposals/003).
 */
export const FRAMEWORKS: readonly Framework[] = [
  {
    ...SERVING,
    name: 'vllm',
    reference: 'https://docs.vllm.ai/en/latest/usage/metrics.html',
    detectedBy: ['vllm:generation_tokens_total', 'vllm:num_requests_waiting', 'vllm:request_success_total'],
    counters: [
      { metric: 'vllm:request_success_total', measure: 'requests' },
      // vllm/v1/engine/__init__.py, FINISH_REASON_STRINGS: stop, length, abort, error, repetition.
      { metric: 'vllm:request_success_total', where: { finished_reason: 'error' }, measure: 'errors' },
      { metric: 'vllm:prompt_tokens_total', measure: 'input_tokens' },
      { metric: 'vllm:generation_tokens_total', measure: 'output_tokens' },
      { metric: 'vllm:prompt_tokens_cached_total', measure: 'cached_tokens' },
      { metric: 'vllm:e2e_request_latency_seconds_sum', measure: 'request_seconds' },
    ],
    levels: [
      { metric: 'vllm:num_requests_waiting', level: 'queued_requests' },
      { metric: 'vllm:num_requests_running', level: 'running_requests' },
      { metric: 'vllm:kv_cache_usage_perc', level: 'kv_cache_ratio' },
      { metric: 'vllm:gpu_cache_usage_perc', level: 'kv_cache_ratio' },
    ],
    histograms: [
      { metric: 'vllm:e2e_request_latency_seconds', measure: 'requests_by_latency' },
      { metric: 'vllm:time_to_first_token_seconds', measure: 'requests_by_time_to_first_token' },
      { metric: 'vllm:inter_token_latency_seconds', measure: 'tokens_by_inter_token_latency' },
      // The same under its name until 2025 (vllm-project/vllm, pull request 23919).
      { metric: 'vllm:time_per_output_token_seconds', measure: 'tokens_by_inter_token_latency' },
    ],
  },
  {
    ...SERVING,
    name: 'tgi',
    reference: 'https://huggingface.co/docs/text-generation-inference/reference/metrics',
    detectedBy: ['tgi_request_success', 'tgi_queue_size', 'tgi_request_count'],
    counters: [
      { metric: 'tgi_request_success', measure: 'requests' },
      { metric: 'tgi_request_failure', measure: 'errors' },
      { metric: 'tgi_request_input_length_sum', measure: 'input_tokens' },
      { metric: 'tgi_request_generated_tokens_sum', measure: 'output_tokens' },
      { metric: 'tgi_request_duration_sum', measure: 'request_seconds' },
    ],
    levels: [
      { metric: 'tgi_queue_size', level: 'queued_requests' },
      { metric: 'tgi_batch_current_size', level: 'running_requests' },
    ],
    histograms: [{ metric: 'tgi_request_duration', measure: 'requests_by_latency' }],
  },
  {
    ...SERVING,
    name: 'sglang',
    reference: 'https://docs.sglang.io/references/production_metrics.html',
    detectedBy: ['sglang:generation_tokens_total', 'sglang:num_queue_reqs', 'sglang:num_requests_total'],
    counters: [
      { metric: 'sglang:num_requests_total', measure: 'requests' },
      { metric: 'sglang:prompt_tokens_total', measure: 'input_tokens' },
      { metric: 'sglang:generation_tokens_total', measure: 'output_tokens' },
      { metric: 'sglang:cached_tokens_total', measure: 'cached_tokens' },
      { metric: 'sglang:e2e_request_latency_seconds_sum', measure: 'request_seconds' },
    ],
    levels: [
      // With --enable-priority-scheduling the sum of all priorities stands beside each of them, under an empty one.
      { metric: 'sglang:num_queue_reqs', where: { priority: '' }, level: 'queued_requests' },
      { metric: 'sglang:num_running_reqs', where: { priority: '' }, level: 'running_requests' },
      { metric: 'sglang:token_usage', level: 'kv_cache_ratio' },
    ],
    histograms: [
      { metric: 'sglang:e2e_request_latency_seconds', measure: 'requests_by_latency' },
      { metric: 'sglang:time_to_first_token_seconds', measure: 'requests_by_time_to_first_token' },
      { metric: 'sglang:inter_token_latency_seconds', measure: 'tokens_by_inter_token_latency' },
    ],
    // With --enable-metrics-for-all-schedulers each rank of a data-parallel replica says the same.
    rankLabels: ['tp_rank', 'pp_rank', 'moe_ep_rank'],
  },
  {
    ...SERVING,
    // `trtllm-serve` at /prometheus/metrics, and the TensorRT-LLM backend in Triton's own page.
    name: 'tensorrt-llm',
    reference:
      'https://nvidia.github.io/TensorRT-LLM/latest/examples/prometheus_metrics.html and the metrics of triton-inference-server/tensorrtllm_backend',
    detectedBy: ['trtllm_request_success_total', 'trtllm_num_requests_waiting', 'nv_trt_llm_request_metrics'],
    counters: [
      { metric: 'trtllm_request_success_total', measure: 'requests' },
      { metric: 'trtllm_request_error_total', measure: 'errors' },
      { metric: 'trtllm_prompt_tokens_total', measure: 'input_tokens' },
      { metric: 'trtllm_generation_tokens_total', measure: 'output_tokens' },
      { metric: 'trtllm_prompt_cached_tokens_total', measure: 'cached_tokens' },
      { metric: 'trtllm_e2e_request_latency_seconds_sum', measure: 'request_seconds' },
      { metric: 'nv_llm_input_token_len_sum', measure: 'input_tokens' },
      { metric: 'nv_llm_output_token_len_sum', measure: 'output_tokens' },
    ],
    levels: [
      { metric: 'trtllm_num_requests_waiting', level: 'queued_requests' },
      { metric: 'nv_trt_llm_request_metrics', where: { request_type: 'waiting' }, level: 'queued_requests' },
      { metric: 'trtllm_num_requests_running', level: 'running_requests' },
      { metric: 'nv_trt_llm_request_metrics', where: { request_type: 'scheduled' }, level: 'running_requests' },
      { metric: 'trtllm_kv_cache_utilization', level: 'kv_cache_ratio' },
      {
        metric: 'nv_trt_llm_kv_cache_block_metrics',
        where: { kv_cache_block_type: 'fraction' },
        level: 'kv_cache_ratio',
      },
    ],
    histograms: [
      { metric: 'trtllm_e2e_request_latency_seconds', measure: 'requests_by_latency' },
      { metric: 'trtllm_time_to_first_token_seconds', measure: 'requests_by_time_to_first_token' },
    ],
  },
  {
    ...SERVING,
    name: 'triton',
    reference: 'https://github.com/triton-inference-server/server/blob/main/docs/user_guide/metrics.md',
    detectedBy: ['nv_inference_request_success', 'nv_inference_pending_request_count'],
    counters: [
      { metric: 'nv_inference_request_success', measure: 'requests' },
      // The reasons of its document; CANCELED is the client's. Earlier versions name none.
      ...['REJECTED', 'BACKEND', 'OTHER', ''].map((reason) => ({
        metric: 'nv_inference_request_failure',
        where: { reason },
        measure: 'errors' as const,
      })),
      { metric: 'nv_inference_request_duration_us', measure: 'request_seconds', microsPerUnit: MICROSECONDS },
    ],
    levels: [{ metric: 'nv_inference_pending_request_count', level: 'queued_requests' }],
  },
  {
    ...WATCHED,
    // GPUs of the server's own NVML counters: the agent reads the same ones, so they are compared and never booked.
    name: 'tensorrt-llm-energy',
    reference: 'https://github.com/NVIDIA/TensorRT-LLM/pull/11855',
    path: '/energy_metrics',
    jsonNames: { total_energy_j: 'trtllm_total_energy_joules' },
    detectedBy: ['trtllm_total_energy_joules'],
    watched: ['trtllm_total_energy_joules'],
  },
  {
    ...WATCHED,
    name: 'dcgm',
    reference: 'https://docs.nvidia.com/datacenter/dcgm/latest/dcgm-api/dcgm-api-field-ids.html',
    detectedBy: ['DCGM_FI_DEV_GPU_UTIL', 'DCGM_FI_DEV_POWER_USAGE', 'DCGM_FI_PROF_GR_ENGINE_ACTIVE'],
    watched: ['DCGM_FI_PROF_GR_ENGINE_ACTIVE', 'DCGM_FI_DEV_POWER_USAGE', 'DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION'],
  },
  {
    ...WATCHED,
    name: 'kepler',
    reference: 'https://sustainable-computing.io/kepler/design/metrics/',
    detectedBy: ['kepler_node_package_joules_total', 'kepler_node_cpu_joules_total'],
    watched: ['kepler_node_package_joules_total', 'kepler_node_dram_joules_total', 'kepler_node_cpu_joules_total'],
  },
  {
    ...WATCHED,
    name: 'node-exporter',
    reference: 'https://github.com/prometheus/node_exporter',
    detectedBy: ['node_exporter_build_info', 'node_rapl_package_joules_total'],
    watched: ['node_rapl_package_joules_total', 'node_rapl_dram_joules_total'],
  },
];

/** What an operator may write beside `auto`; `training` reads what its allow-list names. */
export const FRAMEWORK_NAMES: readonly string[] = [...FRAMEWORKS.map(({ name }) => name), 'training'];
