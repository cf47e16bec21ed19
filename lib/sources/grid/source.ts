import type { Source } from '../source.ts';
import {
  answerColumns,
  end,
  GRAMS_PER_UNIT,
  instant,
  intensity,
  kind,
  OFFERED_AT,
  unnamedIntensity,
  zone,
} from './columns.ts';
import hourly from './hourly.sql' with { type: 'text' };
import openJson from './open-json.sql' with { type: 'text' };
import openWatttime from './open-watttime.sql' with { type: 'text' };
import openYearly from './open-yearly.sql' with { type: 'text' };

/** Hours of a series, where `series` is a SELECT of the columns that hourly.sql names. */
const hoursOf = (series: string) => `WITH series AS (${series}) SELECT * FROM (${hourly})`;

/** False where rows of one instant and version differ: the hour that comes twice when a clock is set back, and no one can tell which is which. */
const HAS_ONE_VALUE = `count(DISTINCT TRY_CAST(carbon_intensity AS DOUBLE)) OVER (PARTITION BY value, period_end, zone_key(grid_zone), kind, version) <= 1`;

/** Whether a row says it, or else the settings do for the whole file. */
const isTold = (column: string, setting: string) =>
  `(coalesce(trim(${column}), '') NOT IN ('', 'NULL', 'null') OR getvariable('${setting}') IS NOT NULL)`;

const ANSWER =
  'an entry of Electricity Maps (datetime, carbonIntensity) or of the UK Carbon Intensity service (from, to, intensity)';

const answers = hoursOf(`
  SELECT file_row, period_start::TIMESTAMP AS period_start, period_end::TIMESTAMP AS period_end, grid_zone, kind,
         carbon_intensity, is_estimated, version
  FROM landed`);

/** No hour of the month: what stands in where no hour is known keeps its grain. */
const yearly = `
  SELECT period_start::TIMESTAMP AS period_start, zone_key(grid_zone) AS grid_zone, kind, carbon_intensity AS carbon_intensity_gco2e_per_kwh,
         'year' AS grain, NULL::BOOLEAN AS is_estimated, version
  FROM landed
  WHERE carbon_intensity IS NOT NULL
  ORDER BY grid_zone, kind`;

const neso = hoursOf(`
  SELECT file_row, "from"::TIMESTAMP AS period_start, "to"::TIMESTAMP AS period_end,
         coalesce(getvariable('zone'), 'GB') AS grid_zone, coalesce(getvariable('factor_kind'), 'direct') AS kind,
         actual AS carbon_intensity, FALSE AS is_estimated, NULL::VARCHAR AS version
  FROM landed`);

const electricityMapsYear = hoursOf(`
  SELECT file_row, datetime_utc::TIMESTAMP AS period_start, NULL::TIMESTAMP AS period_end, zone_id AS grid_zone,
         unnest(['direct', 'lifecycle']) AS kind, unnest([direct, lifecycle]) AS carbon_intensity,
         data_estimated AS is_estimated, NULL::VARCHAR AS version
  FROM landed`);

const mapped = hoursOf(`
  SELECT file_row, period_start::TIMESTAMP AS period_start, period_end::TIMESTAMP AS period_end,
         coalesce(grid_zone, getvariable('zone')) AS grid_zone, coalesce(kind, getvariable('factor_kind')) AS kind,
         carbon_intensity * ${GRAMS_PER_UNIT} AS carbon_intensity, is_estimated, version
  FROM landed`);

/** Hourly carbon intensity of a grid zone: JSON answers and CSV files of several services, and any CSV by its columns. */
export const grid = {
  kind: 'grid',
  card: {
    title: 'Carbon intensity of the grid',
    unit: 'gCO2e/kWh; a CSV in kg/MWh, lb/MWh or kg/kWh (t/MWh) says so in the settings (`unit`). Times without an offset are UTC',
    lag: 'Electricity Maps: an hour, estimates replaced within days. UK Carbon Intensity: half an hour. EIA-930: a day, revised for weeks. WattTime: minutes, restated by newer models',
    licence:
      'Electricity Maps: by contract, or ODbL for the yearly files. UK Carbon Intensity (NESO): CC BY 4.0. EIA-930: public domain. WattTime: by contract. Yearly means of @tgwf/co2: ODbL, credit Electricity Maps',
    method:
      'Generation by fuel (and imports) times an emission factor per fuel: direct is the combustion alone, lifecycle adds the upstream. ' +
      'The UK service publishes direct values; its forecast stands only where a JSON answer has no actual, and then as an estimate; its regions are the zones GB-1 to GB-18. ' +
      'A value holds for each hour of its period, hours and days in local time with their offset as well; parts of an hour are averaged where all are there. WattTime is marginal: for advice, and in no figure. ' +
      'A yearly mean stands in only where neither the hour nor the month of a zone is known, and says so. ' +
      'A residual mix (`factor_kind: residual`) serves the market-based figure alone; a yearly one is a CSV with `period_start` and `period_end`, and serves its year and those after until a newer one lands',
    reference: 'docs.electricitymaps.com (carbon-intensity), carbon-intensity.github.io/api-definitions, EIA-930',
  },
  accepts: /\.(json|csv)(\.gz)?$/i,
  shapes: [
    {
      id: 'watttime-json',
      format: 'lines',
      holds: `regexp_matches(line, '"signal_type"\\s*:')`,
      open: openWatttime,
      columns: answerColumns('a point_time', zone('a region')),
      event_time: 'period_start',
      provider_version: 'version',
      facts: { fct_grid_intensity: answers },
    },
    {
      id: 'yearly-json',
      format: 'lines',
      holds: `regexp_matches(line, '"yearly"\\s*:')`,
      open: openYearly,
      columns: [
        instant('period_start', { required: true }),
        zone('a zone'),
        kind,
        intensity('carbon_intensity', { aliases: [] }),
        { name: 'version', type: 'VARCHAR', check: { sql: "regexp_matches(value, '^\\d{4}$')", expected: 'a year' } },
      ],
      event_time: 'period_start',
      provider_version: 'version',
      facts: { fct_grid_intensity: yearly },
    },
    {
      id: 'intensity-json',
      format: 'lines',
      open: openJson,
      columns: answerColumns(
        ANSWER,
        zone(
          'a zone (GB for the United Kingdom), or `zone` in the settings of the source',
          `coalesce(zone_key(value), 'UK') <> 'UK'`,
        ),
      ),
      event_time: 'period_start',
      provider_version: 'version',
      facts: { fct_grid_intensity: answers },
    },
    {
      id: 'neso-csv',
      format: 'csv',
      columns: [
        instant('from', { required: true }),
        end('to', '"from"', { required: true }),
        intensity('forecast', { required: true, aliases: [] }),
        intensity('actual', { required: true, aliases: [] }),
      ],
      event_time: '"from"',
      facts: { fct_grid_intensity: neso },
    },
    {
      id: 'electricity-maps-csv',
      format: 'csv',
      columns: [
        instant('datetime_utc', { required: true, aliases: ['Datetime (UTC)'] }),
        { ...zone('a zone'), name: 'zone_id', aliases: ['Zone id'], required: true },
        intensity('direct', { required: true, aliases: ['Carbon intensity gCO₂eq/kWh (direct)'] }),
        intensity('lifecycle', {
          required: true,
          aliases: ['Carbon intensity gCO₂eq/kWh (Life cycle)', 'Carbon intensity gCO₂eq/kWh (LCA)'],
        }),
        { name: 'data_estimated', type: 'BOOLEAN', aliases: ['Data estimated'] },
      ],
      event_time: 'datetime_utc',
      facts: { fct_grid_intensity: electricityMapsYear },
    },
    {
      id: 'series-csv',
      format: 'csv',
      columns: [
        instant('period_start', {
          required: true,
          check: {
            sql: `value IS NOT NULL AND ${isTold('kind', 'factor_kind')} AND ${isTold('grid_zone', 'zone')} AND ${HAS_ONE_VALUE}`,
            expected:
              'an instant, and `zone` and `factor_kind` in the settings of the source where no column says them; one value for it (a time of a clock that is set back carries its offset)',
          },
        }),
        end('period_end', 'period_start'),
        unnamedIntensity('carbon_intensity'),
        zone('GB for the United Kingdom', `zone_key(value) <> 'UK'`),
        kind,
        { name: 'is_estimated', type: 'BOOLEAN' },
        { name: 'version', type: 'VARCHAR' },
      ],
      event_time: OFFERED_AT,
      provider_version: 'version',
      facts: { fct_grid_intensity: mapped },
    },
  ],
} as const satisfies Source;
