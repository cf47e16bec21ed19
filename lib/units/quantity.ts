/** A number that carries its unit in its type. Arithmetic gives back a plain number: only this folder may brand one. */
declare const unit: unique symbol;
type Quantity<Unit extends string> = number & { readonly [unit]: Unit };

/** Energy up to the ledger. */
export type Joules = Quantity<'J'>;
/** Energy from the figures on. */
export type KilowattHours = Quantity<'kWh'>;
/** Greenhouse gases as CO2 equivalents. */
export type GramsCo2e = Quantity<'gCO2e'>;
/** Carbon intensity of electricity. */
export type GramsCo2ePerKilowattHour = Quantity<'gCO2e/kWh'>;

/** For sums that are exact and so no `Quantity`: whoever has one calls `kilowattHours`. */
export const JOULES_PER_KILOWATT_HOUR = 3_600_000;
/** Grams of CO2e are printed in kilograms. */
export const GRAMS_PER_KILOGRAM = 1000;

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
