import type { Instrument as AnnexInstrument } from '../disclosure/annex.ts';
import type { InstrumentOffer } from '../kpis/compute-kpis.ts';
import type { Settings } from '../settings/settings.ts';
import type { Period } from '../units/period.ts';

type Instrument = Settings['instruments'][number];

/** A month as of a moment. */
export interface MonthAsOf {
  readonly period: Period;
  readonly asOf: string;
}

/**
 * The instruments that may be set against the month's consumption: generated in the same time (GHG Protocol Scope 2 Guidance,
 * quality criterion 4) and, where they are certificates, retired for the reporter by then. One of a whole year serves each
 * month with its share of the year's hours, so that no MWh is used twice.
 */
export function instrumentsOf(settings: Settings, month: MonthAsOf): InstrumentOffer[] {
  return settings.instruments
    .filter((instrument) => unusedBecause(instrument, month) === undefined)
    .map(({ id, grid_zone, mwh, gco2e_per_kwh, vintage }) => ({
      id,
      grid_zone,
      mwh: mwh * shareOf(vintage, month.period),
      gco2e_per_kwh,
    }));
}

/** All instruments of the settings as the disclosure lists them; one that does not count says why. */
export function instrumentWords(settings: Settings, month: MonthAsOf): Omit<AnnexInstrument, 'used_mwh'>[] {
  const kindOf = (instrument: Instrument) => {
    const why = unusedBecause(instrument, month);
    return why ? `${instrument.kind} (${why}, not used)` : instrument.kind;
  };
  return settings.instruments.map((instrument) => ({
    id: instrument.id,
    kind: kindOf(instrument),
    grid_zone: instrument.grid_zone,
    mwh: String(instrument.mwh),
    gco2e_per_kwh: String(instrument.gco2e_per_kwh),
    vintage: instrument.vintage,
    retired_at: instrument.retired_at ?? null,
  }));
}

/** Why an instrument of the settings does not count in the month; undefined where it does. */
function unusedBecause(
  { kind, vintage, retired_at: retired }: Instrument,
  { period, asOf }: MonthAsOf,
): string | undefined {
  if (shareOf(vintage, period) === 0) return 'of another time';
  if (kind === 'certificate' && (retired === undefined || retired > asOf.slice(0, 10))) return 'not retired';
  return undefined;
}

/** The part of an instrument that falls into the month: all of a month's own, the month's share of the hours of a year's. */
function shareOf(vintage: string, { month, from, to }: Period): number {
  if (vintage.length > 4) return vintage === month ? 1 : 0;
  const year = Number(vintage);
  if (!month.startsWith(vintage)) return 0;
  return (Date.parse(to) - Date.parse(from)) / (Date.UTC(year + 1, 0) - Date.UTC(year, 0));
}
