import { hourAt } from './month.ts';

/** Who and what the example company has, as the bill, the agents and the model servers all name it. */
export const PAYER = '100000000001';
export const PLATFORM = { id: '100000000010', name: 'platform-prod' } as const;
export const RESEARCH = { id: '100000000011', name: 'research' } as const;

export const CHAT_HOST = 'i-0a1b2c3d4e5f60718';
export const LEEDS_HOST = 'onprem-leeds-01';

/** Fine-tuning of the code model on the host in Leeds, hours of the month. The first diverges; the second gets there. */
export const RUNS = [
  {
    run_id: 'ft-code-22b-0601',
    job: '4127',
    from: hourAt(8, 9),
    to: hourAt(10, 21.5),
    outcome: 'failed',
    eval_loss: 3.914,
  },
  {
    run_id: 'ft-code-22b-0602',
    job: '4139',
    from: hourAt(12, 8),
    to: hourAt(16, 20),
    outcome: 'succeeded',
    eval_loss: 1.182,
  },
] as const;

/** The agent on the chat host stood still for an upgrade; the host and its models did not. */
export const CHAT_AGENT_PAUSE = { from: hourAt(9, 13.25), to: hourAt(9, 13.75) } as const;
/** The chat server was restarted for a new version: its counters began again at zero. */
export const CHAT_RESTART = { from: hourAt(19, 10.25), to: hourAt(19, 10.5) } as const;
/** The host in Leeds lost power; its boot id changes and everything on it starts anew. */
export const LEEDS_OUTAGE = { from: hourAt(17, 2.5), to: hourAt(17, 7.5) } as const;

export function isWithin(span: { readonly from: number; readonly to: number }, hour: number): boolean {
  return hour >= span.from && hour < span.to;
}
