import { isObject, objectIn, refusal } from '../../json-answer.ts';
import type { LiveProvider } from '../../live.ts';

/**
 * Yearly means by zone out of the npm package `@tgwf/co2`: the last resort where no hourly source covers a zone. They are
 * read from the package while the month is collected and are not part of this program.
 */
export const tgwfCo2 = {
  id: 'tgwf-co2',
  kind: 'grid',
  about:
    'Yearly mean of a zone from the npm package @tgwf/co2 (Electricity Maps, lifecycle): for hours that nothing else covers',
  reference:
    'github.com/thegreenwebfoundation/co2.js; figures: Electricity Maps, ODbL, credit "Electricity Maps" and share alike',
  egress: [],
  options: {
    zones: { about: 'Zone keys of Electricity Maps with commas between, for instance DE,IE', required: true },
  },
  needsSecret: false,
  ask: ({ options, period }) => {
    const zones = (options['zones'] ?? '').split(',').map((zone) => zone.trim().toUpperCase());
    const call = {
      transport: 'package',
      table: 'electricity-maps-yearly',
      zones,
      upTo: Number(period.month.slice(0, 4)),
    } as const;
    return [{ name: 'yearly.json', call }];
  },
  understand: ({ call }, answer) => {
    const rows = objectIn(answer)?.['yearly'];
    if (!Array.isArray(rows)) return refusal(answer, 'JSON with a list `yearly`');
    const found = new Set(rows.map((row: unknown) => (isObject(row) ? row['zone'] : undefined)));
    const missing = call.transport === 'package' ? call.zones.filter((zone) => !found.has(zone)) : [];
    return {
      remarks: missing.map((zone) => `${zone} has no yearly mean in @tgwf/co2`),
      missing: missing.map((zone) => ({ part: `zone ${zone}`, reason: 'it has no yearly mean in @tgwf/co2' })),
    };
  },
} as const satisfies LiveProvider;
