import type { Asked, Said } from './answering-server.ts';

const HOUR_MS = 3_600_000;

/**
 * What Electricity Maps says to `past-range`, in the documented shape (docs.electricitymaps.com): an entry for each hour of
 * the range, all of one made-up intensity.
 */
export function pastRange({ path }: Pick<Asked, 'path'>, carbonIntensity: number): Said {
  const query = new URL(path, 'http://localhost').searchParams;
  const [from, to] = [Date.parse(query.get('start') ?? ''), Date.parse(query.get('end') ?? '')];
  const zone = query.get('zone');
  const data = Array.from({ length: Math.ceil((to - from) / HOUR_MS) }, (_, hour) => ({
    zone,
    carbonIntensity,
    datetime: new Date(from + hour * HOUR_MS).toISOString(),
    createdAt: '2026-07-01T00:00:00.000Z',
    updatedAt: '2026-07-01T00:00:00.000Z',
    emissionFactorType: query.get('emissionFactorType'),
    isEstimated: hour === 0,
    estimationMethod: hour === 0 ? 'TIME_SLICER_AVERAGE' : null,
  }));
  return { status: 200, body: JSON.stringify({ zone, temporalGranularity: 'hourly', data }) };
}
