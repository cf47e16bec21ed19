import { type DayChunk, dayChunks, later } from '../../day-chunks.ts';
import { understandList } from '../../json-answer.ts';
import type { AskRequest, LiveProvider, Question } from '../../live.ts';

const HOST = 'api.electricitymaps.com';
/** Hourly values of at most ten days a call. */
const DAYS_PER_CALL = 10;
/** Estimates are replaced when measurements arrive; by when is not published, so two months are a choice. */
const FINAL_AFTER_DAYS = 62;

/**
 * Hourly carbon intensity of a zone, or of the zone of a cloud region. Direct and lifecycle factors are two questions, so
 * a source has one of them: whoever needs both has two sources.
 */
export const electricityMaps = {
  id: 'electricity-maps',
  kind: 'grid',
  about: 'Hourly carbon intensity of a zone or of a cloud region (Electricity Maps), estimates marked',
  reference: 'docs.electricitymaps.com, GET /v3/carbon-intensity/past-range',
  egress: [HOST],
  options: {
    emission_factor_type: {
      about: 'direct for Scope 2, lifecycle with the upstream',
      required: true,
      words: ['direct', 'lifecycle'],
    },
    zone: { about: 'Zone key, for instance DE; or a data centre instead' },
    data_center_provider: { about: 'Cloud provider whose region is asked for, for instance aws' },
    data_center_region: { about: 'Region of that provider, for instance eu-west-1' },
  },
  optionsFault: ({ zone, data_center_provider: provider, data_center_region: region }) => {
    const isPlaced = zone !== undefined ? !provider && !region : provider !== undefined && region !== undefined;
    return isPlaced ? undefined : 'expected zone, or data_center_provider and data_center_region';
  },
  needsSecret: true,
  ask: (request) => dayChunks(request, DAYS_PER_CALL).map((chunk) => question(chunk, request)),
  understand: (_, answer) => understandList(answer, 'data'),
} as const satisfies LiveProvider;

/** The end is not asked for beyond `asOf`: a range into the future has no measurements. */
function question({ day, part, from, to }: DayChunk, { options, asOf }: AskRequest): Question {
  const query = new URLSearchParams({
    ...placeOf(options),
    start: from,
    end: to < asOf ? to : asOf,
    temporalGranularity: 'hourly',
    emissionFactorType: options['emission_factor_type'] ?? '',
  });
  const url = `https://${HOST}/v3/carbon-intensity/past-range?${query}`;
  const auth = { kind: 'header', header: 'auth-token' } as const;
  return {
    name: `${day}.json`,
    part,
    call: { transport: 'http', method: 'GET', url, headers: { accept: 'application/json' }, auth },
    finalAfter: later(to, FINAL_AFTER_DAYS),
  };
}

function placeOf({ zone, ...options }: AskRequest['options']): Record<string, string> {
  if (zone !== undefined) return { zone: zone.trim().toUpperCase() };
  const { data_center_provider: provider = '', data_center_region: region = '' } = options;
  return { dataCenterProvider: provider, dataCenterRegion: region };
}
