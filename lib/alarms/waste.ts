import type { HourSum } from '../kpis/hours.ts';
import { GRAMS_PER_KILOGRAM } from '../units/quantity.ts';
import { numberIn } from './series.ts';

/** What an alarm costs a day beyond its limit; null where nobody can say. */
export interface CostADay {
  readonly energy_kwh: number | null;
  readonly emissions_kgco2e: number | null;
  /** In the currency of the settings. */
  readonly cost: number | null;
}

/** The hours since an alarm began, with what it is measured by. */
export interface Stretch {
  readonly value: number;
  readonly limit: number;
  /** The ledger's hours of the alarm's subject since it began. */
  readonly hours: readonly HourSum[];
  readonly days: number;
  readonly currency: string;
}

/** What is not known to be wasted is not said to be nothing. */
export const NOTHING_KNOWN: CostADay = { energy_kwh: null, emissions_kgco2e: null, cost: null };
/** Price of one request to the Cost Explorer API in USD (AWS Cost Management pricing; each page counts). */
const USD_PER_REQUEST = 0.01;
const HOURS_PER_DAY = 24;

/** Serving at the limit instead of the value would save this share of itself. */
export function servingAboveLimit({ value, limit, hours }: Stretch): CostADay {
  const share = 1 - limit / value;
  return {
    energy_kwh: aDay(hours, ({ serving_kwh }) => serving_kwh, share),
    emissions_kgco2e: aDay(hours, ({ serving_gco2e }) => serving_gco2e, share / GRAMS_PER_KILOGRAM),
    cost: aDay(hours, ({ serving_cost }) => serving_cost, share),
  };
}

/** Idle energy beyond the limit, with its part of emissions and money. */
export function idleAboveLimit({ value, limit, hours }: Stretch): CostADay {
  const share = value - limit;
  return {
    energy_kwh: aDay(hours, ({ facility_energy_kwh }) => facility_energy_kwh, share),
    emissions_kgco2e: aDay(
      hours,
      ({ emissions_location_gco2e }) => emissions_location_gco2e,
      share / GRAMS_PER_KILOGRAM,
    ),
    cost: aDay(hours, ({ effective_cost }) => effective_cost, share),
  };
}

/** What a run emitted beyond the limit, on the day on which it ended. */
export function runAboveLimit({ value, limit }: Stretch): CostADay {
  return { ...NOTHING_KNOWN, emissions_kgco2e: value - limit };
}

/** Requests of a mean day at the list price, which is in USD: unknown in another currency. */
export function priceOfRequests({ value, days, currency }: Stretch): CostADay {
  return { ...NOTHING_KNOWN, cost: currency === 'USD' ? (value / days) * USD_PER_REQUEST : null };
}

/** It spoils figures and wastes nothing that anybody could count. */
export function uncounted(): CostADay {
  return NOTHING_KNOWN;
}

/** The mean of the hours that are known × 24 × a share; null where no hour is known. */
function aDay(hours: readonly HourSum[], quantity: (hour: HourSum) => string | null, share: number): number | null {
  const known = hours.flatMap((hour) => numberIn(quantity(hour)) ?? []);
  if (known.length === 0) return null;
  return (known.reduce((sum, value) => sum + value, 0) / known.length) * HOURS_PER_DAY * share;
}
