import type { ContractColumn } from '../source.ts';

/** Half the earth's dirtiest hour fits twice: what lies outside is another unit or a broken cell. */
const LIMIT_GCO2E_PER_KWH = 2000;
const SANE = `0 to ${LIMIT_GCO2E_PER_KWH} gCO2e/kWh (wrong unit?)`;
const KINDS = ['direct', 'lifecycle', 'residual', 'marginal'];

/** g/kWh of one unit of the settings: kg/MWh is the same number, a pound is 0.45359237 kg (international pound, 1959). */
export const GRAMS_PER_UNIT =
  "CASE getvariable('unit') WHEN 'lb_per_mwh' THEN 0.45359237 WHEN 'kgco2e_per_kwh' THEN 1000 ELSE 1 END";
/** What no series of g/kWh lies wholly below: one that does is in kg/kWh (t/MWh), unless the settings say otherwise or all of it is 0. */
const KILOGRAMS_BELOW = 2;

/** A carbon intensity; empty is unknown and no fault. */
export function intensity(name: string, more: Partial<ContractColumn> = {}): ContractColumn {
  const factor = more.aliases ? '1' : GRAMS_PER_UNIT;
  return {
    name,
    type: 'DOUBLE',
    ...more,
    check: { sql: `value * ${factor} BETWEEN 0 AND ${LIMIT_GCO2E_PER_KWH}`, expected: SANE },
  };
}

/** A carbon intensity of a series that does not name its unit: the settings do, or g/kWh is plain from the values. */
export function unnamedIntensity(name: string): ContractColumn {
  const largest = 'max(value) OVER ()';
  return {
    ...intensity(name, { required: true }),
    check: {
      sql: `value * ${GRAMS_PER_UNIT} BETWEEN 0 AND ${LIMIT_GCO2E_PER_KWH} AND (getvariable('unit') IS NOT NULL OR ${largest} = 0 OR ${largest} >= ${KILOGRAMS_BELOW})`,
      expected: `${SANE}, and \`unit\` in the settings of a source whose values are all below ${KILOGRAMS_BELOW}`,
    },
  };
}

/** The end of a period: after its beginning, by a year at most. */
export function end(name: string, start: string, more: Partial<ContractColumn> = {}): ContractColumn {
  return {
    name,
    type: 'TIMESTAMPTZ',
    ...more,
    check: {
      sql: `epoch(value - TRY_CAST(${start} AS TIMESTAMPTZ)) BETWEEN 1 AND ${366 * 86_400 + 3600}`,
      expected: 'an instant after the beginning, by a year at most',
    },
  };
}

/** An instant with its offset from UTC; one without is read as UTC. */
export function instant(name: string, more: Partial<ContractColumn> = {}): ContractColumn {
  return { name, type: 'TIMESTAMPTZ', check: { sql: 'value IS NOT NULL', expected: 'an instant' }, ...more };
}

const DAY_SECONDS = 86_400;
const YEAR_SECONDS = 365 * DAY_SECONDS;

const MIDDLE = '(period_start::TIMESTAMP + (period_end - period_start) / 2)';

/**
 * The instant by which a value of a series belongs to a month: its beginning, or that of the month where it reaches in, as a day of
 * local time does, a week or a year. A month of local time belongs where its middle is, and bears that month's beginning. A residual
 * mix of a year that had begun is offered to every month after, as residual mixes are published a year late and seldom by the hour.
 */
export const OFFERED_AT = `CASE
  WHEN coalesce(kind, getvariable('factor_kind')) = 'residual' AND epoch(period_end - period_start) >= ${YEAR_SECONDS}
    AND period_start::TIMESTAMP < getvariable('month_end')::TIMESTAMP
  THEN greatest(period_start::TIMESTAMP, getvariable('month_start')::TIMESTAMP)
  WHEN epoch(period_end - period_start) BETWEEN ${28 * DAY_SECONDS - 3600} AND ${31 * DAY_SECONDS + 3600}
  THEN CASE
    WHEN ${MIDDLE} >= getvariable('month_start')::TIMESTAMP AND ${MIDDLE} < getvariable('month_end')::TIMESTAMP
    THEN getvariable('month_start')::TIMESTAMP
    ELSE ${MIDDLE}
  END
  WHEN period_start::TIMESTAMP < getvariable('month_start')::TIMESTAMP AND period_end::TIMESTAMP > getvariable('month_start')::TIMESTAMP
  THEN getvariable('month_start')::TIMESTAMP
  ELSE period_start::TIMESTAMP END`;

/** Which emissions a factor counts. */
export const kind: ContractColumn = {
  name: 'kind',
  type: 'VARCHAR',
  check: { sql: `value IN (${KINDS.map((each) => `'${each}'`).join(', ')})`, expected: KINDS.join(', ') },
};

/** Where a value holds; `sql` asks more, or less, than that something is there. No zone is called UK, so a row of that name would serve nobody. */
export function zone(expected: string, sql = 'zone_key(value) IS NOT NULL'): ContractColumn {
  return { name: 'grid_zone', type: 'VARCHAR', check: { sql, expected } };
}

/** The columns of one value of a service's JSON answer; a value without its time or place is a fault, in these words. */
export function answerColumns(time: string, place: ContractColumn): ContractColumn[] {
  return [
    instant('period_start', { required: true, check: { sql: 'value IS NOT NULL', expected: time } }),
    end('period_end', 'period_start'),
    place,
    kind,
    intensity('carbon_intensity', { aliases: [] }),
    { name: 'is_estimated', type: 'BOOLEAN' },
    { name: 'version', type: 'VARCHAR' },
  ];
}
