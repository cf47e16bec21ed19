import { CHAT_AGENT_PAUSE, CHAT_HOST, isWithin } from './company.ts';
import { writeJsonLinesGz } from './folder.ts';
import { chatLoad } from './load.ts';
import { DAYS, quarterIso, range } from './month.ts';
import { between, hexDigits } from './random.ts';
import { type Draw, microjoules, type Owner, recordOf } from './telemetry.ts';

/** NVML counts in millijoules. */
const NVML = 1_000;
const GPUS = range(4).map((index) => `GPU-${hexDigits(`chat-host/gpu/${index}`, 8)}`);
const BOOT = {
  host_id: CHAT_HOST,
  boot_id: `${hexDigits('chat-host/boot', 8)}-51c0-4f6e-9a77-${hexDigits('chat-host/boot/2', 12)}`,
};

const CHAT: Owner = podOf('vllm-chat-0', 'chat');
const EVALUATION: Owner = podOf('nightly-eval', 'eval');

/** Telemetry of the EC2 host: four A10G counted by NVML; a virtual machine without RAPL, so its CPU is modelled. */
export async function writeChatHost(folder: string): Promise<void> {
  let seq = 0;
  for (const day of range(DAYS)) {
    const records = range(96).flatMap((index) => {
      const quarter = day * 96 + index;
      if (isWithin(CHAT_AGENT_PAUSE, quarter / 4)) return [];
      return [...GPUS.map((domain) => gpuDraw(quarter, domain)), cpuDraw(quarter)].map((draw) => {
        seq += 1;
        return recordOf(BOOT, seq, quarter, draw);
      });
    });
    await writeJsonLinesGz(folder, `telemetry/${CHAT_HOST}/${quarterIso(day * 96).slice(0, 10)}.jsonl.gz`, records);
  }
}

/** An A10G: 26 W with a model in memory and nothing to do, up to 185 W in the busiest hours; power limit 300 W. */
function gpuDraw(quarter: number, domain: string): Draw {
  const busy = busyness(quarter);
  const name = `chat-host/${domain}/${quarter}`;
  const active = microjoules(158 * busy.utilisation * between(name, 0.96, 1.04), NVML);
  const unattributed = Math.floor((active * 0.012) / NVML) * NVML;
  return {
    component: 'gpu',
    domain,
    method: 'nvml-counter',
    basis: 'measured',
    u95_ratio: 0.05,
    idle: microjoules(26 * between(`${name}/idle`, 0.985, 1.015), NVML),
    unattributed,
    work: active > 0 ? [{ owner: busy.owner, energy: active - unattributed }] : [],
  };
}

/** 48 vCPUs by their utilisation: 58 W idle, 150 W full. */
function cpuDraw(quarter: number): Draw {
  const busy = busyness(quarter);
  const work = microjoules(92 * 0.45 * busy.utilisation, NVML);
  return {
    component: 'cpu',
    domain: 'cpu',
    method: 'cpu-utilisation-model',
    basis: 'modelled',
    u95_ratio: 0.4,
    idle: microjoules(58, NVML),
    unattributed: microjoules(92 * between(`chat-host/cpu/${quarter}`, 0.015, 0.035), NVML),
    work: work > 0 ? [{ owner: busy.owner, energy: work }] : [],
  };
}

/** Chat by day; on Sundays from 2 to 4 UTC, when nobody chats, the evaluation of the week. */
function busyness(quarter: number): { utilisation: number; owner: Owner } {
  const hour = Math.floor(quarter / 4);
  const isEvaluation = Math.floor(hour / 24) % 7 === 6 && hour % 24 >= 2 && hour % 24 < 4;
  if (isEvaluation) return { utilisation: 0.7, owner: EVALUATION };
  return { utilisation: chatLoad(quarter).utilisation, owner: CHAT };
}

/** The agent knows pods; whose they are, the rules in joulebook.yaml say. */
function podOf(pod: string, namespace: string): Owner {
  return { project: null, model_id: null, workload_type: null, workload_id: null, labels: { namespace, pod } };
}
