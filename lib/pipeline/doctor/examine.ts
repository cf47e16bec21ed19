import { messageOf } from '../../landing/message.ts';
import { currentReceipts, readQuarantine, readReceipts, stillOut } from '../../landing/receipts.ts';
import { parsePeriod } from '../../units/period.ts';
import type { Workplace } from '../stage.ts';
import { examineMonth } from './examine-month.ts';
import { examineSource, type Landed } from './examine-source.ts';
import { counted, type Finding, type Surroundings } from './finding.ts';

const OLDEST_NODE = 24;

/** Looks at everything that a month depends on. Nothing is changed, and nothing is thrown for what can be told. */
export async function examine(workplace: Workplace, around: Surroundings): Promise<Finding[]> {
  const findings = [
    runtime(around),
    settings(workplace, around),
    ...(await credentials(workplace, around)),
    await book(around),
  ];
  const landed = await readLanded(workplace, around);
  const isReadable = 'receipts' in landed;
  if (!isReadable) findings.push(landed);
  const found = isReadable ? landed : { receipts: [], quarantined: [] };
  for (const source of workplace.settings.sources)
    findings.push(...(await examineSource(source, found, workplace, around)));
  if (isReadable) findings.push(...(await examineMonth(workplace, around)));
  return findings;
}

/** What of the month has landed and what was refused; a finding where the book cannot be read. */
async function readLanded({ book: kept }: Workplace, { month, now }: Surroundings): Promise<Landed | Finding> {
  const period = parsePeriod(month);
  try {
    const receipts = currentReceipts(await readReceipts(kept, period, now));
    return { receipts, quarantined: stillOut(await readQuarantine(kept, period, now), receipts) };
  } catch (error) {
    const what = messageOf(error);
    return {
      about: 'book',
      weight: 'trouble',
      what,
      why: 'what has landed, and the closed month, cannot be looked at',
    };
  }
}

function runtime({ nodeVersion }: Surroundings): Finding {
  const major = Number(nodeVersion.split('.')[0]);
  const about = 'runtime';
  if (major >= OLDEST_NODE) return { about, weight: 'fine', what: `Node ${nodeVersion}` };
  return {
    about,
    weight: 'trouble',
    what: `Node ${nodeVersion}`,
    why: `the code is run as it is written, which takes Node ${OLDEST_NODE}`,
    mend: `use the Node of the checkout: npm run -s joulebook -- …, or install Node ${OLDEST_NODE}`,
  };
}

function settings({ settings: { sources, sites, workloads } }: Workplace, { settingsPath }: Surroundings): Finding {
  return {
    about: 'settings',
    weight: 'fine',
    what: `${settingsPath} is valid: ${counted(sources.length, 'source')}, ${counted(sites.length, 'site')}, ${counted(workloads.length, 'workload rule')}`,
  };
}

async function credentials({ settings: { sources } }: Workplace, around: Surroundings): Promise<Finding[]> {
  const addresses = [around.bookAddress, ...sources.flatMap(({ path }) => path ?? [])].filter((address) =>
    address.startsWith('s3://'),
  );
  if (addresses.length === 0) return [];
  const why = await around.whyNoCredentials();
  const about = 'access to S3';
  if (!why) return [{ about, weight: 'fine', what: 'credentials and a region are there' }];
  return [
    {
      about,
      weight: 'trouble',
      what: why,
      why: `needed for ${addresses.join(', ')}`,
      mend: 'set AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and AWS_REGION',
    },
  ];
}

async function book({ bookAddress, whyNotWritable }: Surroundings): Promise<Finding> {
  const why = await whyNotWritable(bookAddress);
  const about = 'book';
  if (!why) return { about, weight: 'fine', what: `${bookAddress} can be written` };
  return {
    about,
    weight: 'trouble',
    what: why,
    why: 'nothing can be closed without a place for the book',
    mend: 'name another place: book in the settings, or --book',
  };
}
