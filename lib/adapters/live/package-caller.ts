import { z } from 'zod';

import type { Caller } from '../../landing/live-origin.ts';
import type { Answer, Call } from '../../sources/live.ts';

const YEARLY = /^yearly(\d{4})$/;
const zonesOfYear = z.object({
  data: z.record(
    z.string(),
    z.object({ carbonIntensity: z.object({ value: z.number(), unit: z.literal('gCO2eq/kWh') }) }),
  ),
});

/** What the licence of the figures (Open Database License 1.0) wants to go along with them. */
const CREDIT = {
  attribution: 'Electricity Maps, electricitymaps.com, by way of CO2.js of The Green Web Foundation',
  licence: 'ODbL-1.0',
};

/** Answers from tables of npm packages, read where they are installed. */
export class PackageCaller implements Caller {
  async call(call: Call): Promise<Answer> {
    if (call.transport !== 'package') throw new TypeError(`Cannot read a package: got a call by ${call.transport}`);
    const yearly = (await tablesByYear()).filter(([year]) => year <= call.upTo);
    const rows = call.zones.flatMap((zone) => latestOf(zone, yearly));
    return { status: 200, text: `${JSON.stringify({ ...CREDIT, yearly: rows })}\n` };
  }
}

type YearTable = readonly [year: number, zones: Readonly<Record<string, number>>];

/** The years of the package, the latest first. */
async function tablesByYear(): Promise<YearTable[]> {
  const exported: Readonly<Record<string, unknown>> = await import('@tgwf/co2/data/electricity-maps');
  return Object.entries(exported)
    .flatMap(([name, table]) => {
      const year = YEARLY.exec(name)?.[1];
      return year ? [[Number(year), intensitiesOf(table)] as const] : [];
    })
    .sort(([one], [other]) => other - one);
}

function intensitiesOf(table: unknown): Record<string, number> {
  const { data } = zonesOfYear.parse(table);
  return Object.fromEntries(Object.entries(data).map(([zone, { carbonIntensity }]) => [zone, carbonIntensity.value]));
}

function latestOf(zone: string, yearly: readonly YearTable[]) {
  const [latest] = yearly.filter(([, zones]) => zones[zone] !== undefined);
  if (!latest) return [];
  const [year, zones] = latest;
  return [{ zone, year, carbonIntensity: zones[zone], unit: 'gCO2e/kWh', emissionFactorType: 'lifecycle' }];
}
