/** A number that carries its unit in its type. Arithmetic gives back a plain number: only this folder may brand one. */
declare const unit: unique symbol;
type Quantity<Unit extends string> = number & { readonly [unit]: Unit };

export type Joules = Quantity<'J'>;
export type KilowattHours = Quantity<'kWh'>;
export type GramsCo2e = Quantity<'gCO2e'>;
export type GramsCo2ePerKilowattHour = Quantity<'gCO2e/kWh'>;

const JOULES_PER_KILOWATT_HOUR = 3_600_000;

/** An energy in joules; throws a RangeError for anything that is not a finite number of at least zero. */
export function joules(value: number): Joules {
  if (!Number.isFinite(value) || value < 0) {
    throw new RangeError(`Cannot read an energy in joules: current value is ${value}`);
  }
  return value as Joules;
}

/** The one conversion of joules to kilowatt hours in TypeScript; its twin in SQL is `joules_to_kwh` in macros.sql. */
export function kilowattHours(energy: Joules): KilowattHours {
  return (energy / JOULES_PER_KILOWATT_HOUR) as KilowattHours;
}

/** A grid's or supplier's carbon intensity; throws a RangeError when it is negative or not finite. */
export function gramsCo2ePerKilowattHour(value: number): GramsCo2ePerKilowattHour {
  if (!Number.isFinite(value) || value < 0) {
    throw new RangeError(`Cannot read a carbon intensity in gCO2e/kWh: current value is ${value}`);
  }
  return value as GramsCo2ePerKilowattHour;
}

/** Emissions of electricity: activity data times emission factor (GHG Protocol). */
export function emissionsOf(energy: KilowattHours, intensity: GramsCo2ePerKilowattHour): GramsCo2e {
  return (energy * intensity) as GramsCo2e;
}
