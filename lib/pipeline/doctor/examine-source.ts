import { type Checked, checkRows, openLanded } from '../../landing/contract.ts';
import { type Offer, RejectedPayload, SourceUnavailable } from '../../landing/origin.ts';
import type { Receipt } from '../../landing/receipt.ts';
import { currentReceipts, readQuarantine, readReceipts } from '../../landing/receipts.ts';
import type { SourceSetting } from '../../settings/settings.ts';
import type { Source } from '../../sources/source.ts';
import { parsePeriod } from '../../units/period.ts';
import { optionsOf, sourceKind } from '../assumptions.ts';
import type { Workplace } from '../stage.ts';
import { counted, type Finding, type Surroundings } from './finding.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** A month whose rows end this much before its end lacks its last days. */
const LATE_MS = 2 * DAY_MS;
/** The largest file that is opened for a look. */
const LARGEST_LOOK_BYTES = 64 * 1024 ** 2;
/** Tables whose rows reach to the end of a month when all is there; runs and provider reports need not. */
const HOURLY_TABLES = ['fct_cost', 'fct_energy', 'fct_activity', 'fct_grid_intensity'] as const;

/** Is the source there, are its files its own, has the month landed, and how fresh is it. */
export async function examineSource(
  setting: SourceSetting,
  workplace: Workplace,
  around: Surroundings,
): Promise<Finding[]> {
  const about = `source ${setting.id}`;
  const source = sourceKind(setting.kind);
  const offers = await listed(setting, workplace);
  if (!Array.isArray(offers)) {
    return [
      {
        about,
        weight: 'trouble',
        what: offers.why,
        why: 'the month would be closed without this source',
        mend: `correct path of the source ${setting.id} in the settings, or make it readable`,
      },
    ];
  }
  const accepted = offers.filter(({ origin }) => source.accepts.test(origin));
  if (accepted.length === 0) return [noneAccepted(about, setting, source, offers)];
  const files = `${counted(accepted.length, 'file')}${offers.length > accepted.length ? ` (${offers.length - accepted.length} more passed over by name)` : ''}`;
  const receipts = await landed(setting, workplace, around);
  const held =
    receipts.length > 0
      ? landedFindings(receipts, source, { about, files }, around)
      : await lookedAt(accepted, { about, files }, setting, workplace, around);
  return [...held, ...(await quarantined(about, setting, workplace, around))];
}

async function listed({ id }: SourceSetting, workplace: Workplace): Promise<Offer[] | { readonly why: string }> {
  try {
    return await workplace.openOrigin(id).list();
  } catch (error) {
    if (error instanceof SourceUnavailable) return { why: error.message };
    throw error;
  }
}

function noneAccepted(
  about: string,
  { path }: SourceSetting,
  { kind, accepts }: Source,
  offers: readonly Offer[],
): Finding {
  const [first] = offers;
  return {
    about,
    weight: 'trouble',
    what: first
      ? `${counted(offers.length, 'file')} in ${path}, none with a name that ${kind} reads: ${first.origin} does not match ${accepts}`
      : `no file in ${path}`,
    why: 'the month would be closed without this source',
    mend: first
      ? 'correct kind or path of the source, or rename the files'
      : 'wait for the export, or correct path of the source',
  };
}

interface Seen {
  readonly about: string;
  /** How many files there are, in words. */
  readonly files: string;
}

function landedFindings(
  receipts: readonly Receipt[],
  source: Source,
  { about, files }: Seen,
  { month, now }: Surroundings,
): Finding[] {
  const newest = newestOf(receipts.map(({ contract }) => contract.last_event));
  const what = `${files}, ${receipts.length} landed for ${month}; newest event ${newest ?? 'without a time'}${newest ? `, ${ageOf(newest, now)} before ${now}` : ''}`;
  const beside = cardLines(source);
  const { to } = parsePeriod(month);
  const end = newestOf([now < to ? now : to]) ?? to;
  const isHourly = source.shapes.some(({ facts }) => HOURLY_TABLES.some((table) => facts[table]));
  if (!isHourly || !newest || Date.parse(end) - Date.parse(newest) <= LATE_MS)
    return [{ about, weight: 'fine', what, beside }];
  return [
    {
      about,
      weight: 'trouble',
      what,
      beside,
      why: `the days of ${month} after ${newest} have no rows of this source`,
      mend: `collect again when they are there. ${source.card.lag}`,
    },
  ];
}

function newestOf(instants: readonly (string | null)[]): string | undefined {
  return instants
    .filter((instant) => instant !== null)
    .sort()
    .at(-1);
}

/** `21 days`, `5 hours` */
function ageOf(instant: string, now: string): string {
  const age = Date.parse(now) - Date.parse(instant);
  return age >= 2 * DAY_MS ? `${Math.floor(age / DAY_MS)} days` : `${Math.max(0, Math.floor(age / HOUR_MS))} hours`;
}

function cardLines({ card }: Source): string[] {
  return [`lag: ${card.lag}`, `licence: ${card.licence}`];
}

/** Nothing of the month has landed yet: the last file is opened against the contract, as a collection would. */
async function lookedAt(
  accepted: readonly Offer[],
  { about, files }: Seen,
  setting: SourceSetting,
  workplace: Workplace,
  around: Surroundings,
): Promise<Finding[]> {
  const source = sourceKind(setting.kind);
  const offer =
    accepted.findLast(({ origin, bytes }) => bytes <= LARGEST_LOOK_BYTES && inMonth(source, origin, around.month)) ??
    accepted.findLast(({ bytes }) => bytes <= LARGEST_LOOK_BYTES);
  if (!offer)
    return [
      {
        about,
        weight: 'note',
        what: `${files}, none landed for ${around.month} and none small enough for a look`,
        beside: cardLines(source),
      },
    ];
  try {
    const checked = await look(offer, setting, workplace, around);
    const span = `${offer.origin} holds ${checked.contract.rows} rows up to ${checked.contract.last_event ?? 'no known time'}, ${checked.rows_in_month} of them of ${around.month}`;
    return [
      {
        about,
        weight: 'note',
        what: `${files}, none landed for ${around.month} yet; ${span}`,
        beside: cardLines(source),
        mend: `joulebook close --month ${around.month}`,
      },
    ];
  } catch (error) {
    if (!(error instanceof RejectedPayload)) throw error;
    return [
      {
        about,
        weight: 'trouble',
        what: `${offer.origin} does not pass: found ${error.found}, expected ${error.expected}`,
        why: 'a file that does not pass goes to quarantine, and its rows are missing',
        mend: `export it again as ${source.card.title}; see ${source.card.reference}`,
      },
    ];
  }
}

function inMonth({ month_in_path }: Source, origin: string, month: string): boolean {
  return (month_in_path?.exec(origin)?.[1] ?? month) === month;
}

async function look(
  offer: Offer,
  setting: SourceSetting,
  workplace: Workplace,
  { month }: Surroundings,
): Promise<Checked> {
  const { path } = await workplace.openOrigin(setting.id).fetch(offer);
  const warehouse = await workplace.openWarehouse();
  try {
    const shape = await openLanded(warehouse, {
      source: sourceKind(setting.kind),
      path,
      period: parsePeriod(month),
      options: optionsOf(setting, workplace.settings),
      ...(setting.columns && { columnMapping: setting.columns }),
    });
    return await checkRows(warehouse, shape, { period: parsePeriod(month), origin: offer.origin });
  } finally {
    await warehouse.close();
  }
}

async function quarantined(
  about: string,
  { id }: SourceSetting,
  { book }: Workplace,
  { month, now }: Surroundings,
): Promise<Finding[]> {
  const reasons = (await readQuarantine(book, parsePeriod(month), now)).filter(({ reason }) => reason.source_id === id);
  return reasons.map(({ key, reason }) => {
    const [first] = reason.reasons;
    const size = reason.whole_file ? 'the whole file' : `${reason.rows_rejected} rows`;
    return {
      about,
      weight: 'trouble' as const,
      what: `${size} of ${reason.origin} in quarantine: found ${first?.found}, expected ${first?.expected}`,
      why: 'what lies in quarantine is in no figure; coverage shows it',
      mend: `${key} says which rows; deliver the file again`,
    };
  });
}
