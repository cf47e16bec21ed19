import { writeText } from './folder.ts';
import { DAYS, HOURS, hourAt, hourIso, isWeekend, range } from './month.ts';
import { between } from './random.ts';

/** A made-up power system: intensity is highest where demand peaks, and dips where the sun and the wind come in. */
interface Grid {
  readonly zone: string;
  /** gCO2e/kWh on a still night. */
  readonly base: number;
  /** Taken off at noon, and in the windiest hours. */
  readonly sun: number;
  readonly wind: number;
}

const GB: Grid = { zone: 'GB', base: 190, sun: 70, wind: 85 };
const IE: Grid = { zone: 'IE', base: 355, sun: 35, wind: 160 };
const DE: Grid = { zone: 'DE', base: 440, sun: 230, wind: 120 };

/** Share of full sun at each hour of the day, UTC, in June. */
const SUN = [
  0, 0, 0, 0, 0.02, 0.1, 0.24, 0.42, 0.6, 0.77, 0.9, 0.98, 1, 0.98, 0.9, 0.78, 0.62, 0.44, 0.26, 0.12, 0.03, 0, 0, 0,
];
/** No metered value for these hours of GB: a hole that the close has to bridge, and to confess. */
const GB_HOLE = { from: hourAt(21, 4), to: hourAt(21, 7) } as const;

/** Four zones, each in the format of the source that a company would take it from. */
export async function writeGrid(folder: string): Promise<void> {
  await writeText(folder, 'grid/gb/national-intensity-2026-06.csv', nationalCsv(GB));
  for (const grid of [IE, DE]) await writePastRanges(folder, grid);
  await writeText(folder, 'grid/us-mida-pjm/PJM-2026-06.csv', generationCsv());
}

/** `hour` may be a half hour. Wind changes every eight hours and is blended in between. */
function intensityAt(grid: Grid, hour: number): number {
  const sun = SUN[Math.floor(hour) % 24] ?? 0;
  const demand = isWeekend(hour) ? 0.93 : 1;
  const noise = between(`${grid.zone}/intensity/${hour}`, 0.97, 1.03);
  return Math.max(20, Math.round((grid.base - grid.sun * sun - grid.wind * windAt(grid.zone, hour)) * demand * noise));
}

function windAt(zone: string, hour: number): number {
  const step = Math.floor(hour / 8);
  const towards = (hour % 8) / 8;
  return between(`${zone}/wind/${step}`, 0, 1) * (1 - towards) + between(`${zone}/wind/${step + 1}`, 0, 1) * towards;
}

/** Half-hours with forecast and actual, as the British system operator publishes them. */
function nationalCsv(grid: Grid): string {
  const lines = range(HOURS * 2).map((half) => {
    const hour = half / 2;
    const actual = intensityAt(grid, hour);
    const forecast = Math.round(actual * between(`${grid.zone}/forecast/${half}`, 0.93, 1.07));
    const isHole = hour >= GB_HOLE.from && hour < GB_HOLE.to;
    return [csvInstant(hour), csvInstant(hour + 0.5), forecast, isHole ? '' : actual, indexWord(forecast)].join(',');
  });
  return `${['from,to,forecast,actual,index', ...lines].join('\n')}\n`;
}

function csvInstant(hour: number): string {
  return `${hourIso(hour).replace('T', ' ').replace('Z', '')}+00:00`;
}

function indexWord(intensity: number): string {
  if (intensity < 40) return 'very low';
  if (intensity < 110) return 'low';
  return intensity < 190 ? 'moderate' : 'high';
}

/** Hourly direct factors in answers of ten days each, the longest that the service gives at once. */
async function writePastRanges(folder: string, grid: Grid): Promise<void> {
  const answerDays = 10;
  for (let day = 0; day < DAYS; day += answerDays) {
    const rows = range(answerDays * 24).map((index) => pastHour(grid, day * 24 + index));
    const answer = { zone: grid.zone, temporalGranularity: 'hourly', data: rows };
    const path = `grid/${grid.zone.toLowerCase()}/past-range-${hourIso(day * 24).slice(0, 10)}.json`;
    await writeText(folder, path, `${JSON.stringify(answer)}\n`);
  }
}

function pastHour(grid: Grid, hour: number) {
  const isEstimated = between(`${grid.zone}/estimated/${hour}`, 0, 1) < 0.04;
  return {
    zone: grid.zone,
    carbonIntensity: intensityAt(grid, hour),
    datetime: hourIso(hour).replace('Z', '.000Z'),
    updatedAt: '2026-07-02T06:00:00.000Z',
    emissionFactorType: 'direct',
    isEstimated,
    estimationMethod: isEstimated ? 'TIME_SLICER_AVERAGE' : null,
  };
}

/** Direct factors by fuel in gCO2/kWh, rounded: oil, gas, coal. The rest emits nothing at the stack. */
const STACK_FACTORS = { OIL: 750, NG: 400, COL: 950 } as const;

/** Hourly generation by fuel in MWh with its mean intensity, in the form of public EIA-930 derivatives. */
function generationCsv(): string {
  const header = 'timestamp,WND,SUN,WAT,OIL,NG,COL,NUC,OTH,avg_CI';
  return `${[header, ...range(HOURS).map(generationLine)].join('\n')}\n`;
}

function generationLine(hour: number): string {
  const demand = (isWeekend(hour) ? 82_000 : 92_000) * between(`PJM/demand/${hour}`, 0.97, 1.03);
  // Noon in the eastern United States is 16 to 17 UTC.
  const sun = Math.round(9_500 * (SUN[(hour + 20) % 24] ?? 0));
  const wind = Math.round(7_000 * windAt('PJM', hour));
  const coal = Math.round(demand * 0.15);
  const gas = Math.round(demand - sun - wind - coal - 1_500 - 180 - 32_000 - 700);
  const emissions = 180 * STACK_FACTORS.OIL + gas * STACK_FACTORS.NG + coal * STACK_FACTORS.COL;
  const total = wind + sun + 1_500 + 180 + gas + coal + 32_000 + 700;
  return [csvInstant(hour), wind, sun, 1_500, 180, gas, coal, 32_000, 700, (emissions / total).toFixed(4)].join(',');
}
