import type { RunRecord } from './windows.ts';

const JOULES_PER_WATT_HOUR = 3600;
const UNITS = [
  { unit: 'kWh', joules: 1000 * JOULES_PER_WATT_HOUR },
  { unit: 'Wh', joules: JOULES_PER_WATT_HOUR },
  { unit: 'J', joules: 1 },
];

/** What a person who started a run reads when it ends: one line a fact. */
export function toldOf(record: RunRecord): string {
  const seconds = (Date.parse(record.ended_at) - Date.parse(record.started_at)) / 1000;
  const own = Object.entries(record.energy_joules);
  const lines = [
    `run ${record.run_id}: ${record.outcome} after ${seconds.toFixed(1)} s`,
    own.length > 0
      ? `  energy of the run: ${energies(own)}`
      : '  energy of the run: unknown, none of its processes was seen at work (a run of a second or two may be too short)',
    `  energy of the host meanwhile: ${energies(Object.entries(record.host_energy_joules)) || 'unknown'}`,
    ...(record.gaps.length > 0 ? [`  not known in full: ${record.gaps.join(', ')}`] : []),
  ];
  return lines.join('\n');
}

function energies(byComponent: readonly (readonly [string, string])[]): string {
  const total = byComponent.reduce((sum, [, joules]) => sum + Number(joules), 0);
  const parts = byComponent.map(([component, joules]) => `${component} ${readable(Number(joules))}`);
  return parts.length === 0 ? '' : `${readable(total)} (${parts.join(', ')})`;
}

function readable(joules: number): string {
  const { unit, joules: size } = UNITS.find((each) => joules >= each.joules) ?? { unit: 'J', joules: 1 };
  return `${Number((joules / size).toPrecision(3))} ${unit}`;
}
