import * as z from 'zod';

import { workloadRulesSchema } from './attribution/match-rules.ts';
import { idleSettings, liveSettings, otlpSettings } from './live/settings.ts';
import { kubeletSchema } from './readers/kubelet.ts';
import { nvidiaSchema } from './readers/nvml/settings.ts';
import { scrapeSettings } from './scrape/settings.ts';
import { bmcSettings, imdsSetting, instanceTypeSetting, modelSettings } from './sensor-settings.ts';
import { deliverSettings, sinkSettings } from './sinks/settings.ts';
import { spoolSettings } from './spool/settings.ts';

const name = z.string().min(1);

/** The settings file of the agent, whole. Secrets never stand in it: they are files or variables that it names. */
export const agentSettingsSchema = z.strictObject({
  host_id: name.optional(),
  resource_id: name.optional(),
  instance_type: instanceTypeSetting.optional(),
  imds: imdsSetting,
  /** How much time one record spans. */
  interval: z.string().optional(),
  /** How often the host is looked at, and its energy dealt out. */
  sample: z.string().optional(),
  idle: idleSettings,
  model: modelSettings.optional(),
  nvidia: nvidiaSchema.optional(),
  bmc: bmcSettings.optional(),
  kubelet: kubeletSchema.optional(),
  workloads: workloadRulesSchema.default([]),
  scrape: scrapeSettings,
  live: liveSettings.prefault({}),
  otlp: otlpSettings.optional(),
  spool: spoolSettings,
  sinks: sinkSettings,
  deliver: deliverSettings,
});

export type AgentSettings = z.infer<typeof agentSettingsSchema>;
