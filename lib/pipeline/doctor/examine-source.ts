import { type Offer, SourceUnavailable } from '../../landing/origin.ts';
import type { Receipt } from '../../landing/receipt.ts';
import type { QuarantineReason } from '../../landing/receipts.ts';
import type { SourceSetting } from '../../settings/settings.ts';
import type { Source } from '../../sources/source.ts';
import { DAY_MS, HOUR_MS, parsePeriod } from '../../units/period.ts';
import { sourceKind } from '../assumptions.ts';
import type { Workplace } from '../stage.ts';
import { counted, type Finding, type Surroundings } from './finding.ts';
import { lookAtFile } from './look-at-file.ts';

/** What of the month has landed, of all sources. */
export interface Landed {
  readonly receipts: readonly Receipt[];
  readonly quarantined: readonly QuarantineReason[];
}

/** A month whose rows end this much before its end lacks its last days. */
const LATE_MS = 2 * DAY_MS;
/** Tables whose rows reach to the end of a month when all is there; runs and provider reports need not. */
const HOURLY_TABLES = ['fct_cost', 'fct_energy', 'fct_activity', 'fct_grid_intensity'] as const;

/** Is the source there, are its files its own, has the month landed, and how fresh is it. */
export async function examineSource(
  setting: SourceSetting,
  landed: Landed,
  workplace: Workplace,
  around: Surroundings,
): Promise<Finding[]> {
  const about = `source ${setting.id}`;
  const source = sourceKind(setting.kind);
  if (setting.live) return examineLive(setting, landed, workplace, around);
  const offers = await listOffers(setting, workplace, around);
  if (!Array.isArray(offers)) return [{ about, ...offers }];
  const accepted = offers.filter(({ origin }) => source.accepts.test(origin));
  if (accepted.length === 0) return [{ about, ...noneAccepted(setting, source, offers) }];
  const more = offers.length - accepted.length;
  const files = `${counted(accepted.length, 'file')}${more > 0 ? ` (${more} more passed over by name)` : ''}`;
  const receipts = landed.receipts.filter(({ source_id }) => source_id === setting.id);
  const held =
    receipts.length > 0
      ? heldFinding(receipts, source, around)
      : await lookAtFile(accepted, { setting, source, workplace }, around);
  const beside = [`lag: ${source.card.lag}`, `licence: ${source.card.licence}`];
  return [{ about, ...held, what: `${files}, ${held.what}`, beside }, ...refused(about, setting, landed)];
}

type Told = Omit<Finding, 'about'>;

/** A provider is not asked here, since an answer may cost money: only whether it could be. */
async function examineLive(
  { id, kind, live }: SourceSetting,
  landed: Landed,
  workplace: Workplace,
  around: Surroundings,
): Promise<Finding[]> {
  const about = `source ${id}`;
  const source = sourceKind(kind);
  const why = await workplace.whyNotAsked(id);
  const receipts = landed.receipts.filter(({ source_id }) => source_id === id);
  const none: Told = { weight: 'note', what: `none landed for ${around.month} yet`, mend: mendOf(around.month) };
  const held = receipts.length > 0 ? heldFinding(receipts, source, around) : none;
  const beside = [`lag: ${source.card.lag}`, `licence: ${source.card.licence}`];
  const found: Finding = why
    ? { about, weight: 'trouble', what: why, why: 'the month would be closed without its answers', mend: LIVE_MEND }
    : { about, ...held, what: `${live?.provider} can be asked, ${held.what}`, beside };
  return [found, ...refused(about, { id }, landed)];
}

const LIVE_MEND =
  'put the secret where `live.secret` of the source says, and open the way to the hosts of docs/providers.md';

function mendOf(month: string): string {
  return `joulebook close --month ${month}`;
}

async function listOffers(
  { id }: SourceSetting,
  workplace: Workplace,
  { month, now }: Surroundings,
): Promise<Offer[] | Told> {
  try {
    return await workplace.openOrigin(id, { month, as_of: now }).list();
  } catch (error) {
    if (!(error instanceof SourceUnavailable)) throw error;
    return {
      weight: 'trouble',
      what: error.message,
      why: 'the month would be closed without this source',
      mend: `correct path of the source ${id} in the settings, or make it readable`,
    };
  }
}

function noneAccepted({ path }: SourceSetting, { kind, accepts }: Source, [first, ...others]: readonly Offer[]): Told {
  const why = 'the month would be closed without this source';
  if (!first) {
    return {
      weight: 'trouble',
      what: `no file in ${path}`,
      why,
      mend: 'wait for the export, or correct path of the source',
    };
  }
  const files = counted(others.length + 1, 'file');
  return {
    weight: 'trouble',
    what: `${files} in ${path}, none with a name that ${kind} reads: ${first.origin} does not match ${accepts}`,
    why,
    mend: 'correct kind or path of the source, or rename the files',
  };
}

function heldFinding(receipts: readonly Receipt[], source: Source, { month, now }: Surroundings): Told {
  const newest = receipts
    .flatMap(({ contract }) => contract.last_event ?? [])
    .sort()
    .at(-1);
  const age = newest ? `newest event ${newest}, ${ageOf(newest, now)} before ${now}` : 'events without a time';
  const what = `${receipts.length} landed for ${month}; ${age}`;
  const { to } = parsePeriod(month);
  const end = Date.parse(now < to ? now : to);
  const isHourly = source.shapes.some(({ facts }) => HOURLY_TABLES.some((table) => facts[table]));
  if (!isHourly || !newest || end - Date.parse(newest) <= LATE_MS) return { weight: 'fine', what };
  return {
    weight: 'trouble',
    what,
    why: `the days of ${month} after ${newest} have no rows of this source`,
    mend: `close ${month} again when they are there`,
  };
}

/** `21 days`, `5 hours` */
function ageOf(instant: string, now: string): string {
  const age = Date.parse(now) - Date.parse(instant);
  if (age >= 2 * DAY_MS) return counted(Math.floor(age / DAY_MS), 'day');
  return counted(Math.max(0, Math.floor(age / HOUR_MS)), 'hour');
}

function refused(about: string, { id }: Pick<SourceSetting, 'id'>, { quarantined }: Landed): Finding[] {
  const mine = quarantined.filter(({ reason }) => reason.source_id === id);
  return mine.map(({ key, reason }) => {
    const [first] = reason.reasons;
    const size = reason.whole_file ? 'the whole file' : counted(reason.rows_rejected ?? 0, 'row');
    return {
      about,
      weight: 'trouble',
      what: `${size} of ${reason.origin} in quarantine: found ${first?.found}, expected ${first?.expected}`,
      why: 'what lies in quarantine is in no figure; coverage shows it',
      mend: `${key} says which rows; deliver the file again`,
    };
  });
}
