import accelerators from './tables/accelerators.csv' with { type: 'text' };
import embodiedDefaults from './tables/embodied-defaults.csv' with { type: 'text' };
import energyCoefficients from './tables/energy-coefficients.csv' with { type: 'text' };
import gridYearly from './tables/grid-yearly.csv' with { type: 'text' };
import instanceFamilies from './tables/instance-families.csv' with { type: 'text' };
import instanceTypes from './tables/instance-types.csv' with { type: 'text' };
import processors from './tables/processors.csv' with { type: 'text' };
import providerPue from './tables/provider-pue.csv' with { type: 'text' };
import regions from './tables/regions.csv' with { type: 'text' };
import tokenEnergy from './tables/token-energy.csv' with { type: 'text' };

/** Hardware, places and factors as tables of figures: each row names its source, date and licence. */
export const REFERENCE_TABLES = {
  accelerators,
  embodied_defaults: embodiedDefaults,
  energy_coefficients: energyCoefficients,
  grid_yearly: gridYearly,
  instance_families: instanceFamilies,
  instance_types: instanceTypes,
  processors,
  provider_pue: providerPue,
  regions,
  token_energy: tokenEnergy,
} as const;
