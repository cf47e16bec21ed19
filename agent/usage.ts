/** What `--help` prints. */
export const USAGE = `joulebook-agent: reads a host's energy counters, splits them among its workloads, delivers them to the book

  joulebook-agent [--config FILE] [--root DIR] [--once] [--interval 60s]
      watches the host until it is told to end
      --config FILE     settings (docs/agent/README.md); without them the defaults, and intervals on the standard output
      --once            looks twice and writes one interval (10s) to the standard output; nothing is kept
      --interval 60s    how much time one record spans: 1s to 15m
      --root DIR        reads DIR/sys and DIR/proc in the place of /sys and /proc
  joulebook-agent run [options] -- command
      runs a command and tells the energy that it used (docs/agent/runs.md)
      --id ID, --solution ID, --project P, --model M, --type TYPE    how the run is named
      --record FILE     appends the run's record as a JSON line
      --result FILE     JSON that the job writes: what it reached
      --config FILE     the agent's settings: where it listens

Exit codes: 0 done, 2 cannot, 75 start me anew; of run, the command's own.`;

/** What is asked of the program itself; words behind `--` are another program's. */
export function askedFor(typed: readonly string[]): 'help' | 'version' | undefined {
  const end = typed.indexOf('--');
  const own = end < 0 ? typed : typed.slice(0, end);
  if (own[0] === 'help' || own.includes('--help') || own.includes('-h')) return 'help';
  return own.length === 1 && ['--version', '-v'].includes(own[0] ?? '') ? 'version' : undefined;
}
