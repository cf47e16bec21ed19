import { CHAT_RESTART, isWithin, LEEDS_OUTAGE } from './company.ts';
import { writeText } from './folder.ts';
import { chatLoad, codeLoad, type Load } from './load.ts';
import { HOURS, hourIso, QUARTERS, range } from './month.ts';

interface Server {
  readonly target: string;
  readonly model: string;
  readonly load: (quarter: number) => Load;
  /** The server is away from `from` to `to` and its counters begin again at zero. */
  readonly restart: { readonly from: number; readonly to: number };
}

const SERVERS: readonly Server[] = [
  { target: 'vllm-chat', model: 'llama-70b', load: chatLoad, restart: CHAT_RESTART },
  { target: 'vllm-code', model: 'code-22b', load: codeLoad, restart: LEEDS_OUTAGE },
];

/** Counters before the month began. */
const EARLIER = { requests: 418_207, input_tokens: 267_001_343, output_tokens: 121_590_221 } as const;
const WEEK_HOURS = 168;

/** Hourly scrapes of the model servers, a file a week. A file begins with the scrape that ended the one before. */
export async function writeActivity(folder: string): Promise<void> {
  for (const server of SERVERS) {
    const counters = countersAt(server);
    for (let hour = 0; hour < HOURS; hour += WEEK_HOURS) {
      const text = range(Math.min(WEEK_HOURS, HOURS - hour) + 1).map((step) => snapshot(server, hour + step, counters));
      const path = `activity/${server.target}-${hourIso(hour).slice(0, 10)}.prom`;
      await writeText(folder, path, `${HEADER}${text.join('')}`);
    }
  }
}

type Counters = Pick<Load, 'requests' | 'input_tokens' | 'output_tokens'>;

/** The counters at the start of each quarter, and at the end of the last. */
function countersAt({ load, restart }: Server): Counters[] {
  let sum: Counters = EARLIER;
  return range(QUARTERS + 1).map((quarter) => {
    if (quarter > 0) sum = added(sum, load(quarter - 1));
    if (quarter / 4 === restart.to) sum = { requests: 0, input_tokens: 0, output_tokens: 0 };
    return sum;
  });
}

function added(sum: Counters, load: Load): Counters {
  return {
    requests: sum.requests + load.requests,
    input_tokens: sum.input_tokens + load.input_tokens,
    output_tokens: sum.output_tokens + load.output_tokens,
  };
}

const HEADER = `# TYPE vllm:prompt_tokens_total counter
# TYPE vllm:generation_tokens_total counter
# TYPE vllm:request_success_total counter
`;

/** One scrape; nothing where the server was away. */
function snapshot({ target, model, restart }: Server, hour: number, counters: readonly Counters[]): string {
  const at = counters[hour * 4];
  if (!at || isWithin(restart, hour)) return '';
  const length = Math.floor(at.requests / 16);
  const labels = `engine="0",model_name="${model}"`;
  return `# scraped_at ${hourIso(hour)} target=${target}
vllm:prompt_tokens_total{${labels}} ${at.input_tokens}
vllm:generation_tokens_total{${labels}} ${at.output_tokens}
vllm:request_success_total{engine="0",finished_reason="stop",model_name="${model}"} ${at.requests - length}
vllm:request_success_total{engine="0",finished_reason="length",model_name="${model}"} ${length}
`;
}
