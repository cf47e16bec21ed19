import type { Row } from '../lib/landing/warehouse.ts';
import { awsCurLegacy } from '../lib/sources/aws-cur-legacy/source.ts';
import { azureCost } from '../lib/sources/azure-cost/source.ts';
import { focus } from '../lib/sources/focus/source.ts';
import { gcpBilling } from '../lib/sources/gcp-billing/source.ts';
import type { Source } from '../lib/sources/source.ts';
import { openSource, type Reading, refusalOf } from './support/open-source.ts';
import { describeShared } from './support/shared.ts';

/** How many rows there are, what they cost to the microcent, and how much of them draws energy. */
const TOTALS = `count(*)::INTEGER AS n, sum(billed_cost::DECIMAL(28,12))::DECIMAL(28,6) AS billed,
  sum(effective_cost::DECIMAL(28,12))::DECIMAL(28,6) AS effective`;

const reader =
  (source: Source, folder: string) =>
  (file: string, month: string, currency = 'USD'): Reading => ({
    source,
    path: `${folder}/${file}`,
    month,
    options: { currency },
  });

async function costs(reading: Reading, query: string): Promise<Row[]> {
  const opened = await openSource(reading);
  const rows = await opened.facts('fct_cost', query);
  await opened.close();
  return rows;
}

async function rowsOf(reading: Reading): Promise<{ rows: number; rejected: number; inMonth: number }> {
  const { checked, close } = await openSource(reading);
  await close();
  return { rows: checked.contract.rows, rejected: checked.contract.rows_rejected, inMonth: checked.rows_in_month };
}

describeShared(
  'a real month of a workshop account, October 2018',
  'recorded/billing-aws/wa-labs-cur-parquet',
  (folder) => {
    const read = reader(awsCurLegacy, folder);
    const bill = read('Oct2018-WorkshopCUR-00001.snappy.parquet', '2018-10');

    test('every row lands, and the sum is that of the bill', async () => {
      expect(await rowsOf(bill)).toEqual({ rows: 119_307, rejected: 0, inMonth: 119_307 });
      expect(await costs(bill, `SELECT ${TOTALS} FROM facts`)).toEqual([
        { n: 119_307, billed: '4064.483132', effective: '4195.957109' },
      ]);
    });

    test('upfront fees of earlier months are effective and not billed: use 232.253796, unused 48.995561', async () => {
      const categories = await costs(bill, `SELECT charge_category, ${TOTALS} FROM facts GROUP BY ALL ORDER BY ALL`);
      expect(categories).toEqual([
        { charge_category: 'Purchase', n: 9, billed: '149.775379', effective: '48.995561' },
        { charge_category: 'Usage', n: 119_298, billed: '3914.707753', effective: '4146.961549' },
      ]);
    });

    test('each kind of use has its driver; what has no model is a gap', async () => {
      const drivers = await costs(
        bill,
        `SELECT energy_driver, count(*)::INTEGER AS n, round(sum(driver_quantity), 3) AS quantity FROM facts
       WHERE charge_category = 'Usage' GROUP BY ALL ORDER BY ALL`,
      );
      expect(drivers).toEqual([
        // 18173.778 hours as billed, and 744 of a standby database
        { energy_driver: 'instance_hours', n: 20_882, quantity: 18917.778 },
        { energy_driver: 'network_gb', n: 8_667, quantity: 0.307 },
        { energy_driver: 'none', n: 34_109, quantity: null },
        { energy_driver: 'object_gb_hours', n: 219, quantity: 1347.137 },
        { energy_driver: 'snapshot_gb_hours', n: 31, quantity: 1758.281 },
        // 456.803 GB-Mo of volumes and Aurora, 100 GB-Mo of a database with a standby, 744 hours
        { energy_driver: 'ssd_gb_hours', n: 26_390, quantity: 488662.152 },
        // Glue: 5 430.291 DPU-hours of 4 vCPU
        { energy_driver: 'vcpu_hours', n: 1_199, quantity: 21721.165 },
        { energy_driver: null, n: 27_801, quantity: null },
      ]);
    });

    test('each column of a tag is a tag', async () => {
      const [tags] = await costs(
        bill,
        "SELECT count(*)::INTEGER AS n FROM facts WHERE tags['user_department'] = 'CentralIT'",
      );
      expect(tags).toEqual({ n: 24_558 });
    });

    test('query results with Ctrl-A between the cells are refused in words', async () => {
      expect(await refusalOf(read('Step1CUR.gz', '2019-11'))).toContain('text with Ctrl-A between the cells');
    });
  },
);

describeShared('legacy reports as CSV', 'recorded/billing-aws/koku', (folder) => {
  const read = reader(awsCurLegacy, folder);

  test.each([
    ['2018-06', 3300],
    ['2018-07', 9304],
    ['2018-08', 776],
  ])('of three months in a file only %s is taken', async (month, inMonth) => {
    expect(await rowsOf(read('koku-local-1.csv.gz', month))).toEqual({ rows: 13_380, rejected: 0, inMonth });
  });

  test('use under a savings plan is effective at the rate of the plan', async () => {
    expect(await costs(read('2023-06-01.csv', '2023-06', 'NOK'), `SELECT ${TOTALS} FROM facts`)).toEqual([
      { n: 3, billed: '30.000000', effective: '0.300000' },
    ]);
  });

  test('another currency than that of the settings is refused', async () => {
    expect(await refusalOf(read('2023-06-01.csv', '2023-06'))).toContain('found NOK in row 1 and no row that passes');
  });

  test('snake-case columns are the same columns, and software of the marketplace draws nothing by itself', async () => {
    const rows = await costs(
      read('2022-07-01-alt-columns.csv', '2022-07'),
      `SELECT energy_driver, ${TOTALS} FROM facts GROUP BY ALL`,
    );
    expect(rows).toEqual([{ energy_driver: 'none', n: 2, billed: '0.000000', effective: '0.000000' }]);
  });

  test('rows that end before the header does are read', async () => {
    expect(await rowsOf(read('test_cur.csv', '2018-06'))).toEqual({ rows: 19, rejected: 0, inMonth: 19 });
  });
});

describeShared('a real legacy report of November 2023', 'recorded/billing-aws/focus_converters', (folder) => {
  const bill = reader(awsCurLegacy, folder)('sample-anonymous-aws-export-dataset.dev.csv', '2023-11');

  test('amounts with exponents add up', async () => {
    const rows = await costs(bill, `SELECT charge_category, ${TOTALS} FROM facts GROUP BY ALL ORDER BY ALL`);
    expect(rows).toEqual([
      { charge_category: 'Tax', n: 12, billed: '0.080000', effective: '0.080000' },
      { charge_category: 'Usage', n: 467, billed: '0.221558', effective: '0.221558' },
    ]);
  });
});

describeShared('FOCUS sample, three providers', 'recorded/billing-aws/focus-sample-data', (folder) => {
  const bill = reader(focus, folder)('focus_sample.dev.csv', '2024-09');

  test('costs are the sums of the columns as written', async () => {
    const plain = `SELECT count(*)::INTEGER AS n,
        sum(TRY_CAST(BilledCost AS DECIMAL(28,12)))::DECIMAL(28,6) AS billed, sum(TRY_CAST(EffectiveCost AS DECIMAL(28,12)))::DECIMAL(28,6) AS effective
      FROM read_csv('${bill.path}', all_varchar = true)`;
    const [asWritten] = await costs(bill, plain);
    expect(asWritten).toEqual({ n: 445, billed: '5.690010', effective: '3.227852' });
    expect(await costs(bill, `SELECT ${TOTALS} FROM facts`)).toEqual([asWritten]);
  });

  test('machine types are found in descriptions', async () => {
    const types = await costs(
      bill,
      `SELECT resource_type, sum(driver_quantity)::DOUBLE AS hours FROM facts WHERE energy_driver = 'instance_hours' GROUP BY ALL ORDER BY ALL`,
    );
    expect(types).toEqual([
      { resource_type: 'Standard_D11_v2', hours: -1 },
      { resource_type: 'db.t3.micro', hours: 1 },
      { resource_type: 'g5.4xlarge', hours: 1.683889 },
      { resource_type: 'm5.2xlarge', hours: 2 },
      { resource_type: 't2.medium', hours: 1 },
      { resource_type: 't2.micro', hours: 1 },
      { resource_type: 't3.medium', hours: 1 },
    ]);
  });

  test('tags of JSON text are tags, the word NULL is none', async () => {
    const [tags] = await costs(
      bill,
      "SELECT count(tags)::INTEGER AS n, count(*) FILTER (WHERE tags['application'] = 'NextBrainHub')::INTEGER AS brain FROM facts",
    );
    expect(tags).toEqual({ n: 310, brain: 1 });
  });
});

describeShared('Azure exports', 'recorded/billing-azure', (folder) => {
  const read = reader(azureCost, folder);
  const LOCALISED = 'a localised export: switch the language of the portal or of the export to English, or use FOCUS';

  test.each([
    ['finops-toolkit/EA_ActualCost_Small.csv', '2023-09', 'USD', 11, '8.545008'],
    ['opencost/headersets/Enterprise.csv', '2021-02', 'CAD', 1, '0.000000'],
    ['opencost/headersets/EnterpriseCamel.csv', '2021-02', 'USD', 1, '0.012000'],
    ['opencost/headersets/PayAsYouGo.csv', '2021-02', 'USD', 1, '0.075000'],
    ['koku/azure_camelCased.csv', '2019-07', 'USD', 3, '0.000110'],
    ['koku/costreport_a243c6f2-199f-4074-9a2c-40e671cf1584.csv', '2019-07', 'USD', 3, '0.000110'],
  ])('%s is read', async (file, month, currency, n, billed) => {
    expect(await costs(read(file, month, currency), `SELECT ${TOTALS} FROM facts`)).toMatchObject([{ n, billed }]);
  });

  test('a machine of a scale set runs ten hours of a day: packages of `10 Hours` are the price list alone', async () => {
    const machines =
      'SELECT resource_type, energy_driver, driver_quantity, consumed_quantity, consumed_unit FROM facts';
    expect(await costs(read('opencost/headersets/Enterprise.csv', '2021-02', 'CAD'), machines)).toEqual([
      {
        resource_type: 'Standard_E4s_v3',
        energy_driver: 'instance_hours',
        driver_quantity: 10,
        consumed_quantity: 10,
        consumed_unit: '10 Hours',
      },
    ]);
  });

  test.each(['Template', 'VirtualMachine'])('%s says in no column which money it tells of', async (name) => {
    expect(await refusalOf(read(`opencost/${name}.csv`, '2021-02'))).toContain('csv (lacks billing_currency)');
  });

  test('the byte order mark is no part of a name: the one row lacks its cost, and only that', async () => {
    expect(await refusalOf(read('opencost/headersets/BOM.csv', '2022-11'))).toContain('expected an amount of money');
  });

  test.each(['German', 'YA'])('%s headers are refused with the way out', async (name) => {
    expect(await refusalOf(read(`opencost/headersets/${name}.csv`, '2021-02'))).toContain(LOCALISED);
  });
});

describeShared('Google Cloud billing export, November 2020', 'recorded/billing-gcp/koku', (folder) => {
  const file = '202011_30c31bca571d9b7f3b2c8459dd8bc34a_2020-11-08_2020-11-11.csv';
  const bill = reader(gcpBilling, folder)(file, '2020-11');

  test('credits are taken off, labels are tags', async () => {
    const rows = await costs(
      bill,
      `SELECT service_name, ${TOTALS}, any_value(tags['goog-resource-type']) AS label FROM facts GROUP BY ALL ORDER BY ALL`,
    );
    const nothing = { billed: '0.000000', effective: '0.000000' };
    expect(rows).toEqual([
      { service_name: 'BigQuery', n: 7, ...nothing, label: null },
      { service_name: 'Security Command Center', n: 8, ...nothing, label: null },
      { service_name: 'Stackdriver Logging', n: 10, ...nothing, label: 'bigquery_resource' },
    ]);
  });
});
