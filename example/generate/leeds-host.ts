import { isWithin, LEEDS_HOST, LEEDS_OUTAGE, RUNS } from './company.ts';
import { writeJsonLinesGz } from './folder.ts';
import { codeLoad } from './load.ts';
import { DAYS, quarterIso, range } from './month.ts';
import { between, hexDigits } from './random.ts';
import { type Boot, type Draw, microjoules, type Owner, recordOf } from './telemetry.ts';

const NVML = 1_000;
const RAPL = 1;
/** Where a package counter starts again, as `max_energy_range_uj` says. */
const RAPL_WRAP = 262_143_328_850;
const GPUS = range(2).map((index) => `GPU-${hexDigits(`leeds/gpu/${index}`, 8)}`);
const [CODE_GPU = '', TRAINING_GPU = ''] = GPUS;

const CODE: Owner = {
  project: null,
  model_id: null,
  workload_type: null,
  workload_id: null,
  labels: { unit: 'vllm-code.service' },
};

/** Telemetry of the host in Leeds: two packages and DRAM by RAPL, two L40S by NVML, one serving and one training. */
export async function writeLeedsHost(folder: string): Promise<void> {
  const wraps = wrapCounter();
  let seq = 0;
  for (const day of range(DAYS)) {
    const records = range(96).flatMap((index) => {
      const quarter = day * 96 + index;
      if (isWithin(LEEDS_OUTAGE, quarter / 4)) return [];
      if (quarter / 4 === LEEDS_OUTAGE.to) seq = 0;
      return drawsOf(quarter).map((draw) => {
        seq += 1;
        return recordOf(bootAt(quarter), seq, quarter, { ...draw, quality: wraps(draw) });
      });
    });
    await writeJsonLinesGz(folder, `telemetry/${LEEDS_HOST}/${quarterIso(day * 96).slice(0, 10)}.jsonl.gz`, records);
  }
}

function bootAt(quarter: number): Boot {
  const boot = quarter / 4 < LEEDS_OUTAGE.from ? 'before' : 'after';
  return {
    host_id: LEEDS_HOST,
    boot_id: `${hexDigits(`leeds/${boot}`, 8)}-77d2-4a10-8c3b-${hexDigits(`leeds/${boot}/2`, 12)}`,
  };
}

function drawsOf(quarter: number): Draw[] {
  const code = { owner: CODE, utilisation: codeLoad(quarter).utilisation };
  const training = trainingAt(quarter);
  return [
    gpuDraw(quarter, CODE_GPU, [code]),
    gpuDraw(quarter, TRAINING_GPU, training),
    ...['package-0', 'package-1'].map((domain) => hostDraw(quarter, { ...PACKAGE, domain }, [code, ...training])),
    hostDraw(quarter, DRAM, [code, ...training]),
  ];
}

interface Use {
  readonly owner: Owner;
  readonly utilisation: number;
}

/** The run that holds the second GPU: the job itself tells the agent its names. */
function trainingAt(quarter: number): Use[] {
  const run = RUNS.find((each) => isWithin(each, quarter / 4));
  if (!run) return [];
  const owner = {
    project: 'code',
    model_id: 'code-22b',
    workload_type: 'training',
    workload_id: run.run_id,
    labels: { job: run.job },
  };
  return [{ owner, utilisation: between(`leeds/training/${quarter}`, 0.9, 1) }];
}

/** An L40S: 36 W idle, 290 W at full work. After the outage its driver came up a quarter later than the agent. */
function gpuDraw(quarter: number, domain: string, uses: readonly Use[]): Draw {
  const work = uses
    .filter(({ utilisation }) => utilisation > 0)
    .map(({ owner, utilisation }) => ({ owner, energy: microjoules(254 * utilisation, NVML) }));
  const isUnreadable = domain === TRAINING_GPU && quarter / 4 === LEEDS_OUTAGE.to;
  return {
    component: 'gpu',
    domain,
    method: 'nvml-counter',
    basis: 'measured',
    u95_ratio: 0.05,
    idle: microjoules(36 * between(`leeds/${domain}/${quarter}`, 0.985, 1.015), NVML),
    unattributed: 0,
    work,
    ...(isUnreadable && { gap_reason: 'counter-not-readable' }),
  };
}

interface Part {
  readonly component: 'cpu' | 'memory';
  readonly domain: string;
  readonly idleWatts: number;
  readonly servingWatts: number;
  readonly trainingWatts: number;
  readonly systemWatts: number;
}

const PACKAGE: Part = {
  component: 'cpu',
  domain: '',
  idleWatts: 46,
  servingWatts: 18,
  trainingWatts: 34,
  systemWatts: 3,
};
const DRAM: Part = {
  component: 'memory',
  domain: 'dram',
  idleWatts: 11,
  servingWatts: 5,
  trainingWatts: 8,
  systemWatts: 0.6,
};

/** What packages and memory draw beside the GPUs, split by the CPU time of each workload. */
function hostDraw(quarter: number, part: Part, uses: readonly Use[]): Draw {
  const name = `leeds/${part.domain}/${quarter}`;
  const work = uses
    .filter(({ utilisation }) => utilisation > 0)
    .map(({ owner, utilisation }) => ({
      owner,
      energy: microjoules((owner === CODE ? part.servingWatts : part.trainingWatts) * utilisation, RAPL),
    }));
  return {
    component: part.component,
    domain: part.domain,
    method: 'rapl',
    basis: 'measured',
    u95_ratio: 0.05,
    idle: microjoules(part.idleWatts * between(`${name}/idle`, 0.97, 1.03), RAPL),
    unattributed: microjoules(part.systemWatts * between(`${name}/system`, 0.5, 1.5), RAPL),
    work,
  };
}

/** Remembers each RAPL counter and says when an interval carried it over its end. */
function wrapCounter(): (draw: Draw) => string[] {
  const counters = new Map<string, number>();
  return (draw) => {
    if (draw.method !== 'rapl') return [];
    const energy = draw.idle + draw.unattributed + draw.work.reduce((sum, each) => sum + each.energy, 0);
    const reached = (counters.get(draw.domain) ?? 0) + energy;
    counters.set(draw.domain, reached % RAPL_WRAP);
    return reached >= RAPL_WRAP ? ['counter-wrapped'] : [];
  };
}
