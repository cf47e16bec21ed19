import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import {
  type Charge,
  gridText,
  hourOf,
  telemetryRecord,
  telemetryText,
  writeBill,
  writeText,
} from '../support/tiny-company.ts';

export const MONTH = '2026-06';
const MEBIBYTE = 1024 ** 2;

/** Where a spoiled input ends: the whole file or its bad rows in quarantine, or passed over. */
type Fate = 'file in quarantine' | 'rows in quarantine' | 'passed over' | 'missing' | 'counted once';

export interface Spoiled {
  readonly name: string;
  readonly source: string;
  readonly kind: string;
  readonly fate: Fate;
  /** What is told while the month closes: how the line begins. */
  readonly remark: string;
  /** Settings of the source beside id, kind and path. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Fills the source's folder. */
  write(folder: string): Promise<void> | void;
}

const charge = (more: Partial<Charge> = {}): Charge => ({ start: hourOf(MONTH, 5), resource: 'i-7', ...more });
const grid = { zone: 'IE', factor_kind: 'direct' };

/** A bill in FOCUS, one line an amount that was used. */
function focusText(quantities: readonly string[]): string {
  const lines = quantities.map(
    (quantity) => `${hourOf(MONTH, 5)},${hourOf(MONTH, 6)},Usage,1,1,USD,Maker,Anything,${quantity},i-7`,
  );
  return [
    'ChargePeriodStart,ChargePeriodEnd,ChargeCategory,BilledCost,EffectiveCost,BillingCurrency,ProviderName,ServiceName,ConsumedQuantity,ResourceId',
    ...lines,
    '',
  ].join('\n');
}

async function bill(folder: string, name: string, charges: readonly Charge[] = [charge()]): Promise<string> {
  await writeBill(join(folder, name), charges);
  return join(folder, name);
}

export const SPOILED: readonly Spoiled[] = [
  {
    name: 'a Parquet file that is cut off',
    source: 'cut-off',
    kind: 'aws-cur2',
    fate: 'file in quarantine',
    remark: 'cut-off/part.parquet: found a Parquet file that is cut off, or is none, expected a whole, readable file',
    write: async (folder) => {
      const path = await bill(folder, 'part.parquet');
      truncateSync(path, readFileSync(path).length >> 1);
    },
  },
  {
    name: 'a Parquet file that claims a footer of 2 GB',
    source: 'long-footer',
    kind: 'aws-cur2',
    fate: 'file in quarantine',
    remark:
      'long-footer/part.parquet: found a Parquet file that is cut off, or is none, expected a whole, readable file',
    write: async (folder) => {
      const path = await bill(folder, 'part.parquet');
      const bytes = readFileSync(path);
      bytes.writeUInt32LE(2 ** 31, bytes.length - 8);
      writeFileSync(path, bytes);
    },
  },
  {
    name: 'a file of 10 GB',
    source: 'too-large',
    kind: 'aws-cur2',
    fate: 'file in quarantine',
    remark: 'too-large/big.parquet: found a file of 10 GiB, expected at most 64 MiB',
    write: (folder) => {
      writeText(join(folder, 'big.parquet'), 'PAR1');
      truncateSync(join(folder, 'big.parquet'), 10_240 * MEBIBYTE);
    },
  },
  {
    name: 'a small file that unpacks to far more',
    source: 'bomb',
    kind: 'agent',
    fate: 'file in quarantine',
    remark:
      'bomb/bomb.jsonl.gz: found a compressed file that unpacks to more than 64 MiB, expected a compressed file of sane size',
    write: (folder) => writeText(join(folder, 'bomb.jsonl.gz'), gzipSync(Buffer.alloc(70 * MEBIBYTE), { level: 1 })),
  },
  {
    name: 'a .gz that is no gzip',
    source: 'not-gzip',
    kind: 'agent',
    fate: 'file in quarantine',
    remark:
      'not-gzip/a.jsonl.gz: found a .gz file that cannot be unpacked: incorrect header check, expected a whole gzip file',
    write: (folder) => writeText(join(folder, 'a.jsonl.gz'), 'not packed at all\n'),
  },
  {
    name: 'a file of no bytes',
    source: 'no-bytes',
    kind: 'aws-cur2',
    fate: 'file in quarantine',
    remark: 'no-bytes/part.parquet: found a Parquet file that is cut off, or is none, expected a whole, readable file',
    write: (folder) => writeText(join(folder, 'part.parquet'), ''),
  },
  {
    name: 'a text of no bytes',
    source: 'no-text',
    kind: 'focus',
    fate: 'file in quarantine',
    remark: 'no-text/cost.csv: found no header, expected FOCUS cost and usage (1.0 to 1.2): focus-csv (lacks',
    write: (folder) => writeText(join(folder, 'cost.csv'), ''),
  },
  {
    name: 'a header without rows',
    source: 'no-rows',
    kind: 'runs',
    fate: 'passed over',
    remark: 'no-rows/runs.csv: holds no rows',
    write: (folder) => writeText(join(folder, 'runs.csv'), 'run_id,started_at,ended_at,outcome\n'),
  },
  {
    name: 'a header that stands twice',
    source: 'same-header',
    kind: 'runs',
    fate: 'file in quarantine',
    remark: 'same-header/runs.csv: column outcome: found two columns of that name, expected one',
    write: (folder) =>
      writeText(
        join(folder, 'runs.csv'),
        'run_id,started_at,ended_at,outcome,Outcome\nrun-1,2026-06-01T00:00:00Z,2026-06-01T01:00:00Z,failed,succeeded\n',
      ),
  },
  {
    name: 'a Parquet file that calls itself CSV',
    source: 'false-name',
    kind: 'focus',
    fate: 'file in quarantine',
    remark:
      'false-name/cost.csv: found bytes in which no columns of text can be told apart, expected a whole, readable file',
    write: async (folder) => {
      const parquet = readFileSync(await bill(`${folder}-aside`, 'cost.parquet'));
      writeText(join(folder, 'cost.csv'), parquet);
    },
  },
  {
    name: 'a gzip file in a gzip file',
    source: 'gz-of-gz',
    kind: 'focus',
    fate: 'file in quarantine',
    remark: 'gz-of-gz/cost.csv.gz: found text that is not UTF-8: line 1, expected text in UTF-8',
    write: (folder) => writeText(join(folder, 'cost.csv.gz'), gzipSync(gzipSync('a,b\n1,2\n'))),
  },
  {
    name: 'a gzip file with something behind it',
    source: 'gz-and-more',
    kind: 'focus',
    fate: 'file in quarantine',
    remark:
      'gz-and-more/cost.csv.gz: found a .gz file that cannot be unpacked: incorrect header check, expected a whole gzip file',
    write: (folder) =>
      writeText(join(folder, 'cost.csv.gz'), Buffer.concat([gzipSync('a,b\n1,2\n'), Buffer.from('GARBAGE')])),
  },
  {
    name: 'a leap second',
    source: 'leap-second',
    kind: 'runs',
    fate: 'rows in quarantine',
    remark: 'leap-second/runs.csv: 1 of 2 rows rejected, the first: row 2, column ended_at: found 2026-06-30T23:59:60Z',
    write: (folder) =>
      writeText(
        join(folder, 'runs.csv'),
        [
          'run_id,started_at,ended_at,outcome',
          'run-1,2026-06-01T00:00:00Z,2026-06-01T01:00:00Z,failed',
          'run-2,2026-06-30T00:00:00Z,2026-06-30T23:59:60Z,failed',
          '',
        ].join('\n'),
      ),
  },
  {
    name: 'times in seconds since 1970',
    source: 'epoch',
    kind: 'runs',
    fate: 'file in quarantine',
    remark:
      'epoch/runs.csv: column started_at: found 1780290000 in row 1 and no row that passes, expected an instant such as 2026-06-01T00:00:00Z',
    write: (folder) =>
      writeText(join(folder, 'runs.csv'), 'run_id,started_at,ended_at,outcome\nrun-1,1780290000,1780293600,failed\n'),
  },
  {
    name: 'amounts with separators of thousands',
    source: 'thousands',
    kind: 'grid',
    settings: grid,
    fate: 'file in quarantine',
    remark:
      'thousands/ie.csv: column carbon_intensity: found 1,234.5 in row 1 and no row that passes, expected a number such as 1234.5, without separators of thousands',
    write: (folder) =>
      writeText(join(folder, 'ie.csv'), `period_start,carbon_intensity\n${hourOf(MONTH, 1)},"1,234.5"\n`),
  },
  {
    name: 'a counter that jumped by more than any host draws',
    source: 'jumped',
    kind: 'agent',
    fate: 'rows in quarantine',
    remark:
      'jumped/a.jsonl: 1 of 2 rows rejected, the first: row 2, column energy_joules: found 999999999999.000000, expected decimal joules of at least 0 and below 10^10',
    write: (folder) =>
      writeText(
        join(folder, 'a.jsonl'),
        telemetryText([
          { host: 'cellar-jumped', seq: 1, start: hourOf(MONTH, 1), idle: 1_000_000 },
          { host: 'cellar-jumped', seq: 2, start: hourOf(MONTH, 2), idle: 999_999_999_999_000_000 },
        ]),
      ),
  },
  {
    name: 'a CSV without a column',
    source: 'no-outcome',
    kind: 'runs',
    fate: 'file in quarantine',
    remark:
      'no-outcome/runs.csv: found columns run_id, started_at, ended_at, expected Training and batch runs: runs-csv (lacks outcome)',
    write: (folder) =>
      writeText(
        join(folder, 'runs.csv'),
        'run_id,started_at,ended_at\nrun-1,2026-06-01T00:00:00Z,2026-06-01T01:00:00Z\n',
      ),
  },
  {
    name: 'a CSV as a spreadsheet saves it in UTF-16',
    source: 'utf-16',
    kind: 'grid',
    settings: grid,
    fate: 'file in quarantine',
    remark: 'utf-16/ie.csv: found text that is not UTF-8: line 1, expected text in UTF-8',
    write: (folder) =>
      writeText(
        join(folder, 'ie.csv'),
        Buffer.from(`\uFEFF${gridText([{ start: hourOf(MONTH, 1), intensity: 300 }])}`, 'utf16le'),
      ),
  },
  {
    name: 'an amount that its own comma cuts in two',
    source: 'comma',
    kind: 'focus',
    fate: 'rows in quarantine',
    remark:
      'comma/cost.csv: 1 of 2 rows rejected, the first: row 2, column ResourceId: found cells behind it, expected 10 cells in the row, as in the header (a comma within a cell needs quotes)',
    write: (folder) => writeText(join(folder, 'cost.csv'), focusText(['1', '1,5'])),
  },
  {
    name: 'a line of a bill that was cut off',
    source: 'cut-line',
    kind: 'focus',
    fate: 'rows in quarantine',
    remark:
      'cut-line/cost.csv: 1 of 2 rows rejected, the first: row 2, column ResourceId: found no cell for it, expected 10 cells in the row',
    write: (folder) => writeText(join(folder, 'cost.csv'), focusText(['1', '1']).slice(0, -10)),
  },
  {
    name: 'a row of a series with a cell too many',
    source: 'cell-too-many',
    kind: 'grid',
    settings: grid,
    fate: 'rows in quarantine',
    remark:
      'cell-too-many/ie.csv: 1 of 2 rows rejected, the first: row 2, column carbon_intensity: found cells behind it, expected 2 cells',
    write: (folder) =>
      writeText(
        join(folder, 'ie.csv'),
        gridText([
          { start: hourOf(MONTH, 1), intensity: 300 },
          { start: hourOf(MONTH, 2), intensity: '300,5' },
        ]),
      ),
  },
  {
    name: 'a CSV in Latin-1',
    source: 'latin-1',
    kind: 'focus',
    fate: 'file in quarantine',
    remark: 'latin-1/cost.csv: found text that is not UTF-8: line 2, expected text in UTF-8',
    write: (folder) =>
      writeText(join(folder, 'cost.csv'), Buffer.from(focusText(['1']).replace('i-7', 'München'), 'latin1')),
  },
  {
    name: 'a page of HTML where an answer should be',
    source: 'error-page',
    kind: 'grid',
    settings: grid,
    fate: 'file in quarantine',
    remark:
      'error-page/ie.json: column period_start: found nothing in row 1 and no row that passes, expected an entry of Electricity Maps (datetime, carbonIntensity) or of the UK Carbon Intensity service (from, to, intensity)',
    write: (folder) => writeText(join(folder, 'ie.json'), '<html><body>502 Bad Gateway</body></html>\n'),
  },
  {
    name: 'a series in another unit',
    source: 'wrong-unit',
    kind: 'grid',
    settings: grid,
    fate: 'file in quarantine',
    remark:
      'wrong-unit/ie.csv: column carbon_intensity: found 300000 in row 1 and no row that passes, expected 0 to 2000 gCO2e/kWh (wrong unit?)',
    write: (folder) =>
      writeText(
        join(folder, 'ie.csv'),
        gridText([
          { start: hourOf(MONTH, 1), intensity: 300_000 },
          { start: hourOf(MONTH, 2), intensity: 290_000 },
        ]),
      ),
  },
  {
    name: 'a file whose path promises the month and that holds another',
    source: 'wrong-month',
    kind: 'aws-cur2',
    fate: 'file in quarantine',
    remark:
      'wrong-month/BILLING_PERIOD=2026-06/part.parquet: found rows of 2026-05-31T23:00:00Z to 2026-05-31T23:00:00Z, expected rows of 2026-06, as the path says',
    write: async (folder) =>
      void (await bill(folder, 'BILLING_PERIOD=2026-06/part.parquet', [charge({ start: '2026-05-31T23:00:00Z' })])),
  },
  {
    name: 'a file of another month that promises nothing',
    source: 'other-month',
    kind: 'aws-cur2',
    fate: 'passed over',
    remark: 'other-month/part.parquet: holds 2026-05-31T23:00:00Z to 2026-05-31T23:00:00Z, left for its own month',
    write: async (folder) => void (await bill(folder, 'part.parquet', [charge({ start: '2026-05-31T23:00:00Z' })])),
  },
  {
    name: 'telemetry of a host whose clock runs decades ahead',
    source: 'future',
    kind: 'agent',
    fate: 'passed over',
    remark: 'future/a.jsonl: holds 2062-06-01T00:00:00Z to 2062-06-01T00:00:00Z, left for its own month',
    write: (folder) =>
      writeText(
        join(folder, 'a.jsonl'),
        telemetryText([{ host: 'h-1', seq: 1, start: '2062-06-01T00:00:00Z', idle: 1 }]),
      ),
  },
  {
    name: 'an amount that is not a number',
    source: 'nan',
    kind: 'aws-cur2',
    fate: 'rows in quarantine',
    remark:
      'nan/part.parquet: 1 of 2 rows rejected, the first: row 2, column line_item_usage_amount: found nan, expected a finite number',
    write: async (folder) => void (await bill(folder, 'part.parquet', [charge(), charge({ amount: 'NaN' })])),
  },
  {
    name: 'an amount beyond all measure',
    source: 'huge',
    kind: 'aws-cur2',
    fate: 'rows in quarantine',
    remark:
      'huge/part.parquet: 1 of 2 rows rejected, the first: row 2, column line_item_unblended_cost: found 1e+300, expected an amount of money below 10^12',
    write: async (folder) => void (await bill(folder, 'part.parquet', [charge({ cost: 2 }), charge({ cost: 1e300 })])),
  },
  {
    name: 'a bill in another currency',
    source: 'euro',
    kind: 'aws-cur2',
    fate: 'file in quarantine',
    remark:
      'euro/part.parquet: column line_item_currency_code: found EUR in row 1 and no row that passes, expected the currency of the settings; amounts are never converted (USD)',
    write: async (folder) => void (await bill(folder, 'part.parquet', [charge({ currency: 'EUR' })])),
  },
  {
    name: 'a negative energy',
    source: 'negative',
    kind: 'agent',
    fate: 'rows in quarantine',
    remark:
      'negative/a.jsonl: 1 of 2 rows rejected, the first: row 2, column energy_joules: found -5.000000, expected decimal joules of at least 0 and below 10^10 (2.8 MW for an hour) with at most six places, as text',
    write: (folder) => {
      const record = {
        ...telemetryRecord({ host: 'h-2', seq: 2, start: hourOf(MONTH, 3), idle: 5_000_000 }),
        energy_joules: '-5.000000',
        idle_joules: '-5.000000',
      };
      writeText(
        join(folder, 'a.jsonl'),
        `${telemetryText([{ host: 'h-2', seq: 1, start: hourOf(MONTH, 2), idle: 1 }])}${JSON.stringify(record)}\n`,
      );
    },
  },
  {
    name: 'shares that do not add up',
    source: 'shares',
    kind: 'agent',
    fate: 'rows in quarantine',
    remark:
      'shares/a.jsonl: 1 of 2 rows rejected, the first: row 2, column energy_balance: found shares that add up to 4.999999 of 5.000000, expected shares, idle_joules and unattributed_joules that add up to energy_joules; a gap_reason where it is null',
    write: (folder) => {
      const record = {
        ...telemetryRecord({ host: 'h-3', seq: 2, start: hourOf(MONTH, 3), idle: 5_000_000 }),
        idle_joules: '4.999999',
      };
      writeText(
        join(folder, 'a.jsonl'),
        `${telemetryText([{ host: 'h-3', seq: 1, start: hourOf(MONTH, 2), idle: 1 }])}${JSON.stringify(record)}\n`,
      );
    },
  },
  {
    name: 'a line that was cut off when its writer was killed',
    source: 'half-line',
    kind: 'agent',
    fate: 'rows in quarantine',
    remark:
      'half-line/a.jsonl: 1 of 2 rows rejected, the first: row 2, column line: found {"schema":"joulebook.telemetry/1","host_id":"h-4","resource_id":"h-4","boot_id":, expected a JSON object',
    write: (folder) => {
      const text = telemetryText([1, 2].map((seq) => ({ host: 'h-4', seq, start: hourOf(MONTH, seq), idle: 1 })));
      writeText(join(folder, 'a.jsonl'), text.slice(0, -100));
    },
  },
  {
    name: 'a counter that runs backwards',
    source: 'backwards',
    kind: 'codecarbon',
    fate: 'rows in quarantine',
    remark:
      'backwards/emissions.csv: 2 of 3 rows rejected, the first: row 2, column kwh_before: found 0.65, expected no more than this row has: the counters of a run never run backwards',
    write: (folder) =>
      writeText(
        join(folder, 'emissions.csv'),
        [
          'timestamp,project_name,run_id,duration,cpu_energy,gpu_energy,ram_energy,energy_consumed',
          '2026-06-03T01:00:00,train,run-1,3600,0.10,0.50,0.05,0.65',
          '2026-06-03T02:00:00,train,run-1,7200,0.05,0.40,0.04,0.49',
          '',
        ].join('\n'),
      ),
  },
  {
    name: 'a link that leads out of the folder',
    source: 'link',
    kind: 'aws-cur2',
    fate: 'file in quarantine',
    remark: 'link/part.parquet: found a link that leads out of the folder, expected a file in the folder',
    write: async (folder) => {
      mkdirSync(folder, { recursive: true });
      symlinkSync(await bill(`${folder}-outside`, 'part.parquet'), join(folder, 'part.parquet'));
    },
  },
  {
    name: 'a line without end',
    source: 'long-line',
    kind: 'focus',
    fate: 'file in quarantine',
    remark: 'long-line/bill.csv: found a line of more than 16 MiB, expected text in lines, as its format has',
    write: (folder) => writeText(join(folder, 'bill.csv'), focusText(['x'.repeat(17 * MEBIBYTE)])),
  },
  {
    name: 'a last line without end, longer than what is read ahead',
    source: 'long-end',
    kind: 'agent',
    fate: 'rows in quarantine',
    remark: 'long-end/all.jsonl: 1 of 2 rows rejected, the first: row 2, column line: found xxxx',
    write: (folder) =>
      writeText(
        join(folder, 'all.jsonl'),
        telemetryText([{ host: 'cellar-2', seq: 1, start: hourOf(MONTH, 5), idle: 1 }]) + 'x'.repeat(34 * MEBIBYTE),
      ),
  },
  {
    name: 'a link that leads to nothing',
    source: 'dangling',
    kind: 'aws-cur2',
    fate: 'file in quarantine',
    remark: 'dangling/part.parquet: found a link or a name that leads to nothing (ENOENT), expected a readable file',
    write: (folder) => {
      mkdirSync(folder, { recursive: true });
      symlinkSync('nowhere.parquet', join(folder, 'part.parquet'));
    },
  },
  {
    name: 'a pipe that nobody writes to',
    source: 'pipe',
    kind: 'aws-cur2',
    fate: 'file in quarantine',
    remark: 'pipe/part.parquet: found a pipe or a device, expected a plain file',
    write: (folder) => {
      mkdirSync(folder, { recursive: true });
      execFileSync('mkfifo', [join(folder, 'part.parquet')]);
    },
  },
  {
    name: 'the same file twice',
    source: 'twice',
    kind: 'aws-cur2',
    fate: 'counted once',
    remark: '',
    write: async (folder) =>
      copyFileSync(await bill(folder, 'part.parquet', [charge({ cost: 40 })]), join(folder, 'copy-of-part.parquet')),
  },
  {
    name: 'an empty folder',
    source: 'empty',
    kind: 'aws-cur2',
    fate: 'passed over',
    remark: 'empty: no file to read',
    write: (folder) => void mkdirSync(folder, { recursive: true }),
  },
  {
    name: 'files of other names',
    source: 'other-names',
    kind: 'aws-cur2',
    fate: 'passed over',
    remark: 'other-names: 1 file passed over, expected names that match /\\.parquet$/',
    write: (folder) => writeText(join(folder, 'bill.xlsx'), 'PK'),
  },
  {
    name: 'a folder that is not there',
    source: 'absent',
    kind: 'aws-cur2',
    fate: 'missing',
    remark: 'absent is missing: SourceUnavailable: Cannot list ',
    write: () => undefined,
  },
];
