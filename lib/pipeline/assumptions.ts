import type { SourceOptions } from '../landing/open-request.ts';
import type { Assumptions } from '../ledger/open-facts.ts';
import type { Settings, SourceSetting } from '../settings/settings.ts';
import { SOURCES } from '../sources/catalogue.ts';
import type { Source } from '../sources/source.ts';

/** The settings in the words of the ledger. */
export function assumptionsOf(settings: Settings): Assumptions {
  return {
    idle: settings.idle,
    cpuUtilisation: settings.energy_model.utilisation.cpu,
    gpuUtilisation: settings.energy_model.utilisation.gpu,
    utilisationU95: settings.energy_model.utilisation_u95,
    factorKind: settings.grid.factor_kind,
    gridSources: settings.sources.filter(({ kind }) => kind === 'grid').map(({ id }) => id),
    sites: settings.sites,
    marketZones: [...new Set(settings.instruments.map(({ grid_zone }) => grid_zone))].sort(),
  };
}

/** What a source's SQL may ask for with getvariable('…'); absent options are NULL. */
export function optionsOf(setting: SourceSetting, settings: Settings): SourceOptions {
  return {
    currency: settings.currency,
    zone: setting.zone ?? null,
    factor_kind: setting.factor_kind ?? null,
    unit: setting.unit ?? null,
    region: setting.region ?? null,
  };
}

/** A kind of source from the catalogue; the settings schema has made sure that it is there. */
export function sourceKind(kind: string): Source {
  const source = SOURCES.find((each) => each.kind === kind);
  if (!source)
    throw new RangeError(
      `Cannot read a source of kind ${kind}: expected one of ${SOURCES.map((each) => each.kind).join(', ')}`,
    );
  return source;
}
