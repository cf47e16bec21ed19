import { CHAT_RESTART, isWithin, LEEDS_OUTAGE } from './company.ts';
import { isWeekend } from './month.ts';
import { between } from './random.ts';

/** What a model server did in a quarter of an hour. Telemetry and counters are both made from it, so that they agree. */
export interface Load {
  /** 0 … 1 of the accelerators' active power. */
  readonly utilisation: number;
  readonly requests: number;
  readonly input_tokens: number;
  readonly output_tokens: number;
}

interface Habit {
  readonly name: string;
  /** Utilisation at the start of each hour of a working day, UTC. */
  readonly hours: readonly number[];
  readonly weekend: number;
  readonly requestsPerHour: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
}

const CHAT: Habit = {
  name: 'chat',
  hours: [
    0, 0, 0, 0, 0, 0.05, 0.15, 0.35, 0.6, 0.8, 0.9, 0.85, 0.7, 0.8, 0.95, 0.9, 0.8, 0.65, 0.5, 0.45, 0.4, 0.25, 0.1, 0,
  ],
  weekend: 0.4,
  requestsPerHour: 1_150,
  inputTokens: 640,
  outputTokens: 290,
};

const CODE: Habit = {
  name: 'code',
  hours: [0, 0, 0, 0, 0, 0, 0.1, 0.35, 0.7, 0.9, 0.95, 0.8, 0.6, 0.85, 0.9, 0.8, 0.5, 0.2, 0.05, 0, 0, 0, 0, 0],
  weekend: 0,
  requestsPerHour: 420,
  inputTokens: 2_300,
  outputTokens: 210,
};

/** Chat on the EC2 host: busy by day, idle from 23 to 5 UTC, quieter at weekends, away while it restarts. */
export function chatLoad(quarter: number): Load {
  return isWithin(CHAT_RESTART, quarter / 4) ? REST : loadOf(CHAT, quarter);
}

/** Code completion in Leeds: office hours only, away during the outage. */
export function codeLoad(quarter: number): Load {
  return isWithin(LEEDS_OUTAGE, quarter / 4) ? REST : loadOf(CODE, quarter);
}

const REST: Load = { utilisation: 0, requests: 0, input_tokens: 0, output_tokens: 0 };

function loadOf(habit: Habit, quarter: number): Load {
  const hour = Math.floor(quarter / 4);
  const usual = (habit.hours[hour % 24] ?? 0) * (isWeekend(hour) ? habit.weekend : 1);
  const utilisation = usual * between(`${habit.name}/load/${quarter}`, 0.85, 1.05);
  const requests = Math.round((habit.requestsPerHour / 4) * utilisation);
  return {
    utilisation,
    requests,
    input_tokens: Math.round(requests * habit.inputTokens * between(`${habit.name}/input/${quarter}`, 0.9, 1.1)),
    output_tokens: Math.round(requests * habit.outputTokens * between(`${habit.name}/output/${quarter}`, 0.9, 1.1)),
  };
}
