import { STORED_TABLES } from '../../facts/columns.ts';
import billedTwice from '../../kpis/billed-twice.sql' with { type: 'text' };
import { BILLED_AGAIN, openBillFiles, openLedger } from '../../kpis/compute-kpis.ts';
import { messageOf } from '../../landing/message.ts';
import { LATEST } from '../../landing/receipts.ts';
import type { Row, Warehouse } from '../../landing/warehouse.ts';
import { type FactKeys, openFacts } from '../../ledger/open-facts.ts';
import { parsePeriod } from '../../units/period.ts';
import { assumptionsOf } from '../assumptions.ts';
import { billReceipts } from '../month-receipts.ts';
import type { Workplace } from '../stage.ts';
import { examineRules } from './examine-rules.ts';
import type { Finding, Surroundings } from './finding.ts';
import gaps from './gaps.sql' with { type: 'text' };
import homelessHosts from './homeless-hosts.sql' with { type: 'text' };
import idleGrids from './idle-grids.sql' with { type: 'text' };
import unmatchedPatterns from './unmatched-patterns.sql' with { type: 'text' };
import unplacedRegions from './unplaced-regions.sql' with { type: 'text' };
import zoneGrain from './zone-grain.sql' with { type: 'text' };

/** A question to a closed month, and what its rows mean. */
interface Question {
  readonly sql: string;
  finding(row: Row, month: string): Finding;
}

/** How a gap is mended, by its reason, where an agent would not mend it. */
const MENDS: Readonly<Record<string, string>> = {
  'unknown instance type': 'add the type to lib/ledger/tables/instance-types.csv with its source',
  'capacity was reserved and nothing ran on it': 'cancel the reservation, where nothing will run on it',
  'no published power': 'nothing, until its maker publishes a power: the disclosure lists it',
  'no energy model for this charge':
    'nothing, where it draws little: no model of it is published, and the disclosure lists it',
  'no coefficient for this driver': 'add one to lib/ledger/tables/energy-coefficients.csv with its source',
  'the bill gives no quantity': 'export the bill with its quantities',
};

/** Everything that is asked of a closed month; a row is a finding. */
const QUESTIONS: readonly Question[] = [
  {
    sql: unmatchedPatterns,
    finding: ({ site, pattern }) => ({
      about: `site ${site}`,
      weight: 'trouble',
      what: `no host of the telemetry or the bill matches ${pattern}`,
      why: 'hosts that stand there get neither its PUE nor its grid zone',
      mend: `compare hosts of the site ${site} in the settings with the host ids that the agents send`,
    }),
  },
  {
    sql: homelessHosts,
    finding: ({ host_id }) => ({
      about: `host ${host_id}`,
      weight: 'trouble',
      what: 'sends telemetry, is on no bill and stands on no site',
      why: 'without a site its PUE and grid zone are unknown, and so are its facility energy and emissions',
      mend: 'name it below hosts of a site in the settings',
    }),
  },
  {
    sql: unplacedRegions,
    finding: ({ provider_name, region_id, lacks, kwh }) => ({
      about: `region ${provider_name} ${region_id ?? '(none)'}`,
      weight: 'trouble',
      what: `${lacks} is unknown for ${kwh} kWh of IT energy`,
      why: 'facility energy or emissions of this region are in no figure',
      mend: 'add the region to lib/ledger/tables/regions.csv with its source, or its site to the settings',
    }),
  },
  {
    sql: zoneGrain,
    finding: ({ grid_zone, hourly_ratio }) => ({
      about: `grid zone ${grid_zone}`,
      weight: Number(hourly_ratio) === 0 ? 'trouble' : 'note',
      what: `${hourly_ratio} of its energy is matched to a factor of its own hour`,
      why: 'the rest takes the mean of the month or year, whose interval is wider',
      mend: `add a source of kind grid for the zone ${grid_zone}, or complete the one that is there`,
    }),
  },
  {
    sql: 'SELECT *, effective_cost::DECIMAL(28,2)::VARCHAR AS money FROM billed_twice',
    finding: ({ source_id, dearer_source_id, resources, money }) => ({
      about: `source ${source_id}`,
      weight: 'trouble',
      what: `tells of ${resources} resources, ${money} in all, that ${dearer_source_id} tells of for the same time`,
      why: 'the cost and the modelled energy of both are counted',
      mend: `keep one of the sources ${source_id} and ${dearer_source_id}, or let each export other accounts`,
    }),
  },
  {
    sql: 'SELECT *, effective_cost::DECIMAL(28,2)::VARCHAR AS money FROM billed_again',
    finding: ({ source_id, part, other, lines, money }) => ({
      about: `source ${source_id}`,
      weight: 'trouble',
      what: `${lines} rows of ${part}, ${money} in all, stand in ${other} too`,
      why: 'the cost and the modelled energy of both are counted',
      mend: `take one of the two out of the path of ${source_id} and give it another id: what landed under this one stays in the month`,
    }),
  },
  {
    sql: idleGrids,
    finding: ({ source_id, zones }) => ({
      about: `source ${source_id}`,
      weight: 'note',
      what: `its grid zones serve nothing: ${zones}`,
      why: 'no site and no region of the month stands in one of them',
      mend: 'compare them with grid_zone of the sites and with the zones that lack hourly factors',
    }),
  },
  {
    sql: gaps,
    finding: ({ reason, provider_name, what, hours, effective_cost }) => ({
      about: `gap ${provider_name} ${what}`,
      weight: reason === 'unknown instance type' ? 'trouble' : 'note',
      what: `${reason}, resource hours: ${Number(hours)}, effective cost: ${effective_cost ?? 'unknown'}`,
      why: 'its energy is unknown, in no figure, and lowers coverage',
      mend: MENDS[String(reason)] ?? 'run the agent there, or accept the gap: the disclosure lists it',
    }),
  },
];

/** What a closed month's facts and ledger say of the settings. A month that is not settled yet is a note. */
export async function examineMonth(workplace: Workplace, { month }: Pick<Surroundings, 'month'>): Promise<Finding[]> {
  const { book } = workplace;
  const ledger = (await book.list(`ledger/month=${month}/`)).map(({ key }) => key);
  if (ledger.length === 0) {
    return [
      {
        about: `month ${month}`,
        weight: 'note',
        what: 'not settled yet: hosts, regions, types and rules were not looked at',
        mend: `joulebook close --month ${month}`,
      },
    ];
  }
  const warehouse = await workplace.openWarehouse();
  try {
    await openSettled(month, ledger, workplace, warehouse);
    return await ask(month, workplace, warehouse);
  } catch (error) {
    return [unreadable(month, error)];
  } finally {
    await warehouse.close();
  }
}

async function ask(month: string, workplace: Workplace, warehouse: Warehouse): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const { sql, finding } of QUESTIONS)
    findings.push(...(await warehouse.query(sql)).map((row) => finding(row, month)));
  findings.push(...(await examineRules(workplace.settings.workloads, warehouse)));
  const troubles = findings.filter(({ weight }) => weight === 'trouble').length;
  return troubles > 0
    ? findings
    : [
        { about: `month ${month}`, weight: 'fine', what: 'hosts, regions, instance types and rules fit the settings' },
        ...findings,
      ];
}

async function openSettled(
  month: string,
  ledger: readonly string[],
  workplace: Workplace,
  warehouse: Warehouse,
): Promise<void> {
  const { book, settings } = workplace;
  const keys = await Promise.all(
    STORED_TABLES.map(async (table) => [
      table,
      (await book.list(`facts/${table}/month=${month}/`)).map(({ key }) => key),
    ]),
  );
  await openFacts(Object.fromEntries(keys) as FactKeys, assumptionsOf(settings), book, warehouse);
  const paths = await Promise.all(ledger.map((key) => book.localPath(key)));
  await openLedger(paths, warehouse);
  await warehouse.run(billedTwice);
  await openBillFiles(await billReceipts(parsePeriod(month), LATEST, workplace), warehouse);
  for (const step of BILLED_AGAIN) await warehouse.run(step);
}

function unreadable(month: string, error: unknown): Finding {
  const [first] = messageOf(error).split('\n');
  return {
    about: `month ${month}`,
    weight: 'trouble',
    what: `its facts or ledger cannot be read: ${first}`,
    why: 'a later close makes them again, an auditor would stumble',
    mend: `joulebook verify the latest version of ${month}, then close again`,
  };
}
