import { join } from 'node:path';

import { alarms } from '../../bin/commands/alarms.ts';
import { openTopic, topicPlace } from '../../lib/adapters/sns-topic.ts';
import type { MetricPoint } from '../../lib/alarms/metric-point.ts';
import { beginRun } from '../../lib/pipeline/latest-run.ts';
import type { Outlets } from '../../lib/pipeline/outlets.ts';
import { alarmsKey, raiseAlarms } from '../../lib/pipeline/raise-alarms.ts';
import type { MonthRun, Workplace } from '../../lib/pipeline/stage.ts';
import { readSettings } from '../../lib/settings/settings.ts';
import { startServer } from '../support/answering-server.ts';
import { tempFolder } from '../support/temp-folder.ts';
import {
  closeTiny,
  hourOf,
  type TinyCompany,
  tinySettings,
  tinyWorkplace,
  writeCompany,
} from '../support/tiny-company.ts';
import { typeIn } from '../support/typed.ts';

const MONTH = '2026-06';
const folder = tempFolder();
const hours = Array.from({ length: 48 }, (_, hour) => hour);
/** A cellar whose machine works for a day and then idles, and falls silent after two days. */
const COMPANY: TinyCompany = {
  month: MONTH,
  bills: { 'bill.parquet': [{ start: hourOf(MONTH, 0), resource: 'i-1', project: 'chat' }] },
  telemetry: {
    'cellar.jsonl': hours.map((hour) => ({
      host: 'cellar-1',
      seq: hour,
      start: hourOf(MONTH, hour),
      ...(hour < 24 ? { shares: [{ project: 'chat', microjoules: 3_600_000_000 }] } : { idle: 3_600_000_000 }),
    })),
  },
  grid: { 'grid.csv': Array.from({ length: 96 }, (_, hour) => ({ start: hourOf(MONTH, hour), intensity: 300 })) },
  settings: { alarms: { limits: { 'idle-share': 0.4 } } },
};
const asOf = (hour: number) => hourOf(MONTH, hour).replace('.000', '');

const published: MetricPoint[][] = [];
const told: string[] = [];
const outlets: Outlets = {
  publish: async (points) => void published.push([...points]),
  tell: async (subject, text) => void told.push(`${subject} | ${text}`),
};
const workplace = { ...tinyWorkplace(folder, tinySettings(COMPANY.settings)), outlets };
const verdicts = async () => {
  const text = new TextDecoder().decode(await workplace.book.read(alarmsKey(MONTH)));
  return JSON.parse(text).verdicts as {
    alarm: string;
    state: string;
    since: string;
    cost_a_day: { energy_kwh: number };
  }[];
};

/** Judges at a moment, or by settings, that no run has been begun with. */
async function judged(run: MonthRun, at: Workplace): Promise<void> {
  await beginRun(run, at);
  await raiseAlarms(run, at);
}

beforeAll(async () => {
  await writeCompany(COMPANY, folder);
  await closeTiny(tinyWorkplace(folder, tinySettings(COMPANY.settings)), MONTH, asOf(48));
});

test('who closes the book of a stack on a machine of their own tells nobody, and takes no news from those who do', async () => {
  const report = await raiseAlarms({ month: MONTH, as_of: asOf(48) }, { ...workplace, outlets: {} });
  expect(report).toMatchObject({ raised: expect.any(Number), told: 0 });
});

test('idle hours raise an alarm, which is told once, with what it costs a day', async () => {
  const report = await raiseAlarms({ month: MONTH, as_of: asOf(48) }, workplace);
  expect(report.told).toBe(report.raised);
  const idle = (await verdicts()).find(({ alarm }) => alarm === 'idle-share');
  expect(idle).toMatchObject({ state: 'alarm', since: asOf(24) });
  // A kilowatt hour is 1.5 with the overhead of the cellar; 60 % are beyond the limit.
  expect(idle?.cost_a_day.energy_kwh).toBeCloseTo(0.001 * 1.5 * 24 * 0.6);
  expect(told.filter((text) => text.includes('Idle share: 100 %, expected at most 40 %.'))).toHaveLength(1);
  const again = await raiseAlarms({ month: MONTH, as_of: asOf(48) }, workplace);
  expect(again).toEqual({ ...report, told: 0 });
});

test('an alarm that was unknown for a while is not told again, one that was fine is', async () => {
  const paper = async () => JSON.parse(new TextDecoder().decode(await workplace.book.read(alarmsKey(MONTH))));
  const toldAfter = async (state: 'unknown' | 'ok') => {
    const kept = await paper();
    const verdicts = kept.verdicts.map((each: { alarm: string }) =>
      each.alarm === 'idle-share' ? { ...each, state } : each,
    );
    const stillTold = kept.told.filter((name: string) => state === 'unknown' || name !== 'idle-share');
    await workplace.book.put(alarmsKey(MONTH), Buffer.from(JSON.stringify({ ...kept, told: stillTold, verdicts })));
    return (await raiseAlarms({ month: MONTH, as_of: asOf(48) }, workplace)).told;
  };
  expect((await paper()).told).toContain('idle-share');
  expect(await toldAfter('unknown')).toBe(0);
  expect(await toldAfter('ok')).toBe(1);
});

const costs = { id: 'costs', kind: 'aws-cost-explorer', live: { provider: 'aws-cost-explorer' } };
const settings = {
  ...workplace.settings,
  sources: [
    ...workplace.settings.sources,
    ...readSettings(tinySettings({ sources: [costs] }), 'joulebook.yaml').sources,
  ],
};

test('requests to Cost Explorer are those that left in the month of the run', async () => {
  await workplace.book.put('calls/source=costs/2026-06.json', Buffer.from('{"calls":301}'));
  await judged({ month: MONTH, as_of: asOf(48) }, { ...workplace, settings });
  expect((await verdicts()).find(({ alarm }) => alarm === 'cost-explorer-requests')).toMatchObject({
    state: 'alarm',
    value: 301,
  });
  await workplace.book.put('calls/source=costs/2026-06.json', Buffer.from('{"calls":0}'));
  published.length = 2;
});

test('each hour is published once, and the signals with every run of the open month', async () => {
  const namespaces = published.map((points) => [...new Set(points.map(({ namespace }) => namespace))].sort());
  expect(namespaces).toEqual([['Joulebook', 'Joulebook/Signals'], ['Joulebook/Signals']]);
  const whole = published[0]?.filter(({ dimensions }) => Object.keys(dimensions).length === 1 && dimensions['book']);
  expect(whole?.filter(({ namespace }) => namespace === 'Joulebook').map(({ at }) => at)).toEqual(hours.map(asOf));
  expect(published[1]?.[0]?.values).toMatchObject({ idle_ratio: 1, idle_ratio_limit: 0.4 });
  expect(JSON.stringify(published)).not.toContain('energy_per_request_wh');
});

test('a host that falls silent and a source that comes no further put the month at risk', async () => {
  await closeTiny(tinyWorkplace(folder, tinySettings(COMPANY.settings)), MONTH, asOf(100));
  await raiseAlarms({ month: MONTH, as_of: asOf(100) }, workplace);
  const raised = (await verdicts()).filter(({ state }) => state === 'alarm').map(({ alarm }) => alarm);
  expect(raised).toEqual(expect.arrayContaining(['source-late', 'spool-age', 'the-month-is-at-risk']));
});

test('the command line tells what was found: 1 while an alarm is raised, 2 where nobody judged the month', async () => {
  const typed = await typeIn(alarms, '--month', MONTH, '--book', join(folder, 'book'));
  expect(typed.answer).toBe(1);
  expect(typed.printed).toMatch(/^alarm: Spool age of cellar-1: \d+ h, expected at most 24 h\./m);
  expect(typed.printed).toMatch(/^alarm: The month is at risk: /m);
  await expect(typeIn(alarms, '--month', '2026-05', '--book', join(folder, 'book'))).rejects.toThrow(
    'Cannot tell of alarms: expected a run that judged 2026-05',
  );
});

test('a month that has ended publishes no signals', async () => {
  published.length = 0;
  await judged({ month: MONTH, as_of: '2026-07-22T06:00:00Z' }, workplace);
  expect(published.flat().some(({ namespace }) => namespace === 'Joulebook/Signals')).toBe(false);
});

test('what requests cost a day is told by the days of the month in which they left, whichever month is judged', async () => {
  await workplace.book.put('calls/source=costs/2026-08.json', Buffer.from('{"calls":400}'));
  await judged({ month: MONTH, as_of: '2026-08-05T00:00:00Z' }, { ...workplace, settings });
  const found = (await verdicts()).find(({ alarm }) => alarm === 'cost-explorer-requests');
  // 400 requests in four days of August: a dollar a day.
  expect(found?.cost_a_day).toMatchObject({ cost: 1 });
});

describe('the topic for people', () => {
  const ARN = 'arn:aws:sns:eu-west-1:111122223333:people';
  const credentials = { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'planted-secret-key' };
  // biome-ignore lint/style/noProcessEnv: the SDK finds the credentials of a Lambda in its environment
  beforeAll(() => void Object.assign(process.env, credentials));

  test('gets a signed call, its subject in plain ASCII on one line', async () => {
    const sns = await startServer(() => ({ status: 200, body: '<PublishResponse/>' }));
    await openTopic(ARN, { endpoint: sns.url })('Müller:\nalarm', 'Idle share: 62 % — since noon');
    await sns.stop();
    const [call] = sns.asked;
    expect(call).toMatchObject({ method: 'POST', path: '/' });
    expect(call?.headers['authorization']).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-west-1\/sns\/aws4_request/,
    );
    expect(Object.fromEntries(new URLSearchParams(call?.body.toString('utf8')))).toEqual({
      Action: 'Publish',
      Version: '2010-03-31',
      TopicArn: ARN,
      Subject: 'M?ller:?alarm',
      Message: 'Idle share: 62 % — since noon',
    });
  });

  test.each([
    [
      'refuses',
      { status: 403, body: '<ErrorResponse><Error><Code>KMSAccessDenied</Code></Error></ErrorResponse>' } as const,
      'status 403: KMSAccessDenied',
    ],
    ['is cut off', 'reset' as const, 'fetch failed'],
  ])('that %s is named, and the secret is not', async (_, said, found) => {
    const sns = await startServer(() => said);
    const failure = await openTopic(ARN, { endpoint: sns.url })('a', 'b').catch((error: unknown) => error);
    await sns.stop();
    expect(String(failure)).toBe(`Error: Cannot tell of an alarm: expected SNS to take it, got ${found}`);
  });

  test('must be one', () => {
    expect(() => openTopic(join('arn:aws:sqs:eu-west-1', 'x'))).toThrow(
      'Cannot open a topic: expected arn:<partition>:sns:<region>',
    );
  });

  test.each([
    ['aws', 'eu-west-1', 'sns.eu-west-1.amazonaws.com'],
    ['aws-us-gov', 'us-gov-west-1', 'sns.us-gov-west-1.amazonaws.com'],
    ['aws-cn', 'cn-north-1', 'sns.cn-north-1.amazonaws.com.cn'],
  ])('is told where its partition is: %s', (partition, region, host) => {
    expect(topicPlace(`arn:${partition}:sns:${region}:111122223333:people`)).toEqual({ region, host });
  });
});
