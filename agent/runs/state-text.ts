import type { RunWindow } from './windows.ts';

/** Open runs as plain values for the agent's state. */
export function plainWindows(windows: ReadonlyMap<string, RunWindow>): unknown[] {
  return [...windows.values()].map(({ workloadKeys, attributed, host, gaps, ...rest }) => ({
    ...rest,
    workloadKeys: [...workloadKeys],
    attributed: [...attributed],
    host: [...host],
    gaps: [...gaps],
  }));
}

/** Reads them back; a run that cannot be read is forgotten. The values are our own: their numbers are bigints already. */
export function windowsFrom(value: unknown): ReadonlyMap<string, RunWindow> {
  if (!Array.isArray(value)) return new Map();
  return new Map(value.flatMap((plain) => maybeWindow(plain)).map((window) => [window.run_id, window]));
}

function maybeWindow(plain: Record<string, unknown>): RunWindow[] {
  try {
    const window = plain as unknown as RunWindow;
    const startedAt = new Date(window.startedAt);
    if (typeof window.run_id !== 'string' || Number.isNaN(startedAt.getTime())) return [];
    return [
      {
        ...window,
        startedAt,
        workloadKeys: new Set(window.workloadKeys),
        attributed: new Map(window.attributed),
        host: new Map(window.host),
        gaps: new Set(window.gaps),
      },
    ];
  } catch {
    return [];
  }
}
