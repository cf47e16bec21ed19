import { type WorkloadRule, workloadColumns } from '../lib/facts/workloads.ts';
import { tempFolder } from './support/temp-folder.ts';
import { discloseTiny, hourOf, tinySettings, tinyWorkplace, writeCompany, writeText } from './support/tiny-company.ts';
import { withWarehouse } from './support/with-warehouse.ts';

const RULES: readonly WorkloadRule[] = [
  { match: { tag: { project: '*' } }, set: { project: 'tag:project' } },
  { match: { tag: { team: '*' } }, set: { project: 'tag:team' } },
];

/** What project the rules give to a row with these tags, whose source says `own`. */
async function projectOf(tags: string, own: string): Promise<unknown> {
  return withWarehouse(async (warehouse) => {
    const project = workloadColumns(RULES, new Set(['tags', 'project'])).get('project');
    const [row] = await warehouse.query(`SELECT ${project} AS named FROM (SELECT ${tags} AS tags, ${own} AS project)`);
    return row?.['named'];
  });
}

test.each([
  ['a tag without a value', "MAP {'user_project': ''}", 'NULL::VARCHAR', null],
  ['a tag without a value before one with', "MAP {'user_project': '', 'team': 'search'}", 'NULL::VARCHAR', 'search'],
  ['a prefixed tag without a value beside a plain one', "MAP {'user_project': '', 'project': 'chat'}", "''", 'chat'],
  ['an empty name of the source itself', 'MAP {}::MAP(VARCHAR, VARCHAR)', "''", null],
])('%s names nobody', async (_, tags, own, project) => {
  expect(await projectOf(tags, own)).toBe(project);
});

test.each([
  ['012345678901', '12345678901', true],
  ['12345678901', '012345678901', true],
  ['012345678901', '112345678901', false],
  ['000', '0', false],
  ['p-0123', 'p-123', false],
])('a rule for the account %s meets %s: %s', async (account, billed, isMet) => {
  const rules = [{ match: { account }, set: { project: 'chat' } }];
  const project = workloadColumns(rules, new Set(['sub_account_id'])).get('project');
  const [row] = await withWarehouse((warehouse) =>
    warehouse.query(`SELECT ${project} AS named FROM (SELECT '${billed}' AS sub_account_id)`),
  );
  expect(row?.['named']).toBe(isMet ? 'chat' : null);
});

const folder = tempFolder();

test('a month in which some have no name and some an empty one is published', async () => {
  const month = '2026-06';
  const bills = { 'a.parquet': [{ start: hourOf(month, 1), resource: 'i-1' }] };
  await writeCompany({ month, bills, telemetry: {}, grid: {} }, folder);
  const columns = [
    'ChargePeriodStart,ChargePeriodEnd,ChargeCategory,BilledCost,EffectiveCost,BillingCurrency',
    'ProviderName,ServiceName,ResourceId,Tags',
  ];
  const row = (resource: string, tags: string) =>
    `2026-06-01T05:00:00Z,2026-06-01T06:00:00Z,Usage,1,1,USD,AWS,AmazonEC2,${resource},"${tags}"`;
  const lines = [columns.join(','), row('i-2', '{""project"": """"}'), row('i-3', '{}'), ''];
  writeText(`${folder}/inputs/focus/a.csv`, lines.join('\n'));
  const sources = [
    { id: 'bill', kind: 'aws-cur2', path: './inputs/bill' },
    { id: 'focus', kind: 'focus', path: './inputs/focus' },
  ];
  expect(await discloseTiny(tinyWorkplace(folder, tinySettings({ sources })), month)).toMatchObject({ version: 1 });
});
