/** One metric as `/metrics` shows it. Names follow Prometheus: base units, and `_total` where it only grows. */
export interface Metric {
  readonly name: string;
  readonly type: 'counter' | 'gauge';
  readonly unit: string;
  /** A label whose value nobody knows is left out of the series. */
  readonly labels: readonly string[];
  /** One sentence or more; also the HELP line. */
  readonly meaning: string;
}

const shown = (level: string, unit: string, meaning: string): Metric => ({
  name: `joulebook_scraped_${level}`,
  type: 'gauge',
  unit,
  labels: ['target', 'model_id'],
  meaning: `${meaning} as a scraped target showed it last. Absent while its page is stale, and beyond 200 series.`,
});

/** Every metric of the agent, once: the output, its tests and docs/agent/metrics.md loop over this. */
export const METRICS = {
  deviceEnergy: {
    name: 'joulebook_device_energy_joules_total',
    type: 'counter',
    unit: 'J',
    labels: ['component', 'domain', 'model', 'basis', 'share'],
    meaning:
      'Energy of a device since the agent started, by what became of it: attributed to workloads, idle, or unattributed. The three add up to the device. It stands still while the device does not say.',
  },
  deviceGap: {
    name: 'joulebook_device_gap_seconds_total',
    type: 'counter',
    unit: 's',
    labels: ['component', 'domain', 'reason'],
    meaning:
      'Time in which the energy of a device was not known, by reason. Energy that its counter tells afterwards arrives in one step.',
  },
  devicePower: {
    name: 'joulebook_device_power_watts',
    type: 'gauge',
    unit: 'W',
    labels: ['component', 'domain', 'model', 'basis'],
    meaning: 'Mean power of a device over the last tick. Absent while its energy is not known.',
  },
  counterToPower: {
    name: 'joulebook_device_counted_to_integrated_ratio',
    type: 'gauge',
    unit: 'ratio',
    labels: ['component', 'domain'],
    meaning:
      'Energy by the counter of a device over energy by its integrated power, since its reader began. Far from 1, one of the two is wrong.',
  },
  workloadEnergy: {
    name: 'joulebook_workload_energy_joules_total',
    type: 'counter',
    unit: 'J',
    labels: ['component', 'basis', 'project', 'model_id', 'workload_type', 'workload_id', 'workload'],
    meaning:
      'Energy of a workload under the idle policy of the settings. The workload "other" holds those that ended ten minutes ago or did not fit under the cap of series.',
  },
  unassignedEnergy: {
    name: 'joulebook_unassigned_energy_joules_total',
    type: 'counter',
    unit: 'J',
    labels: ['component', 'basis', 'share'],
    meaning:
      'Energy that no workload bears under the idle policy of the settings. Together with all workloads it is the energy of all devices.',
  },
  wallPower: {
    name: 'joulebook_host_wall_power_watts',
    type: 'gauge',
    unit: 'W',
    labels: ['method'],
    meaning: 'Electrical power of the whole host at its wall. It contains the devices: never add it to them.',
  },
  wallEnergy: {
    name: 'joulebook_host_wall_energy_joules_total',
    type: 'counter',
    unit: 'J',
    labels: ['method'],
    meaning:
      'Energy of the whole host at its wall since the agent started, its power integrated by the trapezoid rule. It contains the devices: never add it to them.',
  },
  carbon: {
    name: 'joulebook_carbon_grams_per_second',
    type: 'gauge',
    unit: 'gCO2e/s',
    labels: ['component', 'domain', 'basis'],
    meaning:
      'Emissions rate of a device over the last tick: its power times the grid factor of the settings. Absent where no factor is set.',
  },
  joulesPerRequest: {
    name: 'joulebook_joules_per_request',
    type: 'gauge',
    unit: 'J/request',
    labels: ['model_id', 'basis'],
    meaning:
      'Energy of the workloads of a model over its requests, over the sliding window. Absent unless both are known for the whole window.',
  },
  joulesPerOutputToken: {
    name: 'joulebook_joules_per_output_token',
    type: 'gauge',
    unit: 'J/token',
    labels: ['model_id', 'basis'],
    meaning:
      'Energy of the workloads of a model over its output tokens, over the sliding window. Absent unless both are known for the whole window.',
  },
  outputTokensPerJoule: {
    name: 'joulebook_output_tokens_per_joule',
    type: 'gauge',
    unit: 'token/J',
    labels: ['model_id', 'basis'],
    meaning:
      'Output tokens of a model over the energy of its workloads, over the sliding window. Absent unless both are known for the whole window.',
  },
  workloadsOverCap: {
    name: 'joulebook_workload_series_over_cap',
    type: 'gauge',
    unit: 'series',
    labels: [],
    meaning: 'Series of workloads whose energy of the last tick went to "other", since the cap of series was reached.',
  },
  seriesFolded: {
    name: 'joulebook_workload_series_folded_total',
    type: 'counter',
    unit: 'series',
    labels: ['reason'],
    meaning:
      'Series of workloads whose total moved to "other": ended (nothing for ten minutes) or cap (nothing for one minute, and room was needed).',
  },
  spoolRecords: {
    name: 'joulebook_spool_records',
    type: 'gauge',
    unit: 'records',
    labels: [],
    meaning: 'Records in the spool that not every sink has.',
  },
  spoolBytes: {
    name: 'joulebook_spool_bytes',
    type: 'gauge',
    unit: 'B',
    labels: [],
    meaning: 'Bytes of the spool.',
  },
  oldestUnsent: {
    name: 'joulebook_spool_oldest_unsent_age_seconds',
    type: 'gauge',
    unit: 's',
    labels: [],
    meaning: 'Age of the oldest record that not every sink has. Absent where there is none.',
  },
  recordsDropped: {
    name: 'joulebook_records_dropped_total',
    type: 'counter',
    unit: 'records',
    labels: [],
    meaning:
      'Records that were dropped, the oldest first, because the spool or, beside a full disk, the memory was full. They are lost.',
  },
  recordsQuarantined: {
    name: 'joulebook_records_quarantined_total',
    type: 'counter',
    unit: 'records',
    labels: [],
    meaning: 'Records that a sink refused for good; they are kept aside with the reason.',
  },
  sinkFailures: {
    name: 'joulebook_sink_failures_total',
    type: 'counter',
    unit: 'attempts',
    labels: ['sink'],
    meaning: 'Deliveries that failed and are tried again.',
  },
  readErrors: {
    name: 'joulebook_sensor_read_errors_total',
    type: 'counter',
    unit: 'reads',
    labels: ['sensor', 'reason'],
    meaning: 'Reads of a sensor that failed, by reason.',
  },
  scrapeStaleness: {
    name: 'joulebook_scrape_staleness_seconds',
    type: 'gauge',
    unit: 's',
    labels: ['target'],
    meaning: 'Time since a target last answered a scrape; +Inf where it never has.',
  },
  scrapedQueue: shown('queued_requests', 'requests', 'Requests that wait,'),
  scrapedRunning: shown('running_requests', 'requests', 'Requests that are being served,'),
  scrapedCache: shown('kv_cache_ratio', 'ratio', 'Part of the key-value cache in use,'),
  scrapedLoss: shown('loss', "the training's own", 'Loss of a training,'),
  scrapedAccuracy: shown('accuracy', "the training's own", 'Accuracy of a training,'),
  scrapedLearningRate: shown('learning_rate', "the training's own", 'Learning rate of a training,'),
  tickDuration: {
    name: 'joulebook_tick_duration_seconds',
    type: 'gauge',
    unit: 's',
    labels: [],
    meaning: 'Wall time that the last tick took.',
  },
  lastTickAge: {
    name: 'joulebook_last_tick_age_seconds',
    type: 'gauge',
    unit: 's',
    labels: [],
    meaning: 'Time since the last tick. Absent before the first.',
  },
  buildInfo: {
    name: 'joulebook_build_info',
    type: 'gauge',
    unit: '1',
    labels: ['version', 'node'],
    meaning: 'Always 1; the labels name the version of the agent and of its Node.js.',
  },
  processCpu: {
    name: 'process_cpu_seconds_total',
    type: 'counter',
    unit: 's',
    labels: [],
    meaning: 'CPU time of the agent itself, user and system.',
  },
  processMemory: {
    name: 'process_resident_memory_bytes',
    type: 'gauge',
    unit: 'B',
    labels: [],
    meaning: 'Resident memory of the agent itself.',
  },
  processStart: {
    name: 'process_start_time_seconds',
    type: 'gauge',
    unit: 's',
    labels: [],
    meaning: 'When the agent started, in seconds since 1970 UTC.',
  },
} as const satisfies Record<string, Metric>;
