import { type Checked, checkRows } from '../../landing/check-rows.ts';
import { openLanded } from '../../landing/contract.ts';
import { type Offer, RejectedPayload, SourceUnavailable } from '../../landing/origin.ts';
import type { SourceSetting } from '../../settings/settings.ts';
import type { Source } from '../../sources/source.ts';
import { parsePeriod } from '../../units/period.ts';
import { optionsOf } from '../assumptions.ts';
import type { Workplace } from '../stage.ts';
import type { Finding, Surroundings } from './finding.ts';

/** The largest file that is opened for a look. */
const LARGEST_BYTES = 64 * 1024 ** 2;

interface Looked {
  readonly setting: SourceSetting;
  readonly source: Source;
  readonly workplace: Workplace;
}

/** Nothing of the month has landed yet: the last file is held against the contract, as a collection would do it. */
export async function lookAtFile(
  offers: readonly Offer[],
  looked: Looked,
  around: Surroundings,
): Promise<Omit<Finding, 'about'>> {
  const { month } = around;
  const offer = lastOffer(offers, looked.source, month);
  const what = `none landed for ${month} yet`;
  const mend = `joulebook close --month ${month}`;
  if (!offer) return { weight: 'note', what: `${what}, none small enough for a look`, mend };
  try {
    const { contract, rows_in_month } = await check(offer, looked, around);
    const span = `${contract.rows} rows up to ${contract.last_event ?? 'no known time'}, ${rows_in_month} of ${month}`;
    return { weight: 'note', what: `${what}; ${offer.origin} passes: ${span}`, mend };
  } catch (error) {
    if (error instanceof SourceUnavailable)
      return {
        weight: 'trouble',
        what: `${what}; ${error.message}`,
        why: 'the month would be closed without this source',
        mend: `make the files of the source ${looked.setting.id} readable`,
      };
    if (!(error instanceof RejectedPayload)) throw error;
    return {
      weight: 'trouble',
      what: `${offer.origin} does not pass: found ${error.found}, expected ${error.expected}`,
      why: 'a file that does not pass goes to quarantine, and its rows are missing',
      mend: `export it again as ${looked.source.card.title}; see ${looked.source.card.reference}`,
    };
  }
}

/** The last file of the month by name, or the last of all where names do not say the month. */
function lastOffer(offers: readonly Offer[], { month_in_path }: Source, month: string): Offer | undefined {
  const small = offers.filter(({ bytes }) => bytes <= LARGEST_BYTES);
  return small.findLast(({ origin }) => month_in_path?.exec(origin)?.[1] === month) ?? small.at(-1);
}

async function check(
  { origin, bytes }: Offer,
  { setting, source, workplace }: Looked,
  { month, now }: Surroundings,
): Promise<Checked> {
  const { path } = await workplace.openOrigin(setting.id, { month, as_of: now }).fetch({ origin, bytes });
  const period = parsePeriod(month);
  const warehouse = await workplace.openWarehouse();
  try {
    const shape = await openLanded(warehouse, {
      source,
      path,
      period,
      options: optionsOf(setting, workplace.settings),
      ...(setting.columns && { columnMapping: setting.columns }),
    });
    return await checkRows(warehouse, shape, { period, origin });
  } finally {
    await warehouse.close();
  }
}
