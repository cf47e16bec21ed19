import { Template } from 'aws-cdk-lib/assertions';

import { ALARMS, MONTH_AT_RISK } from '../../lib/alarms/catalogue.ts';
import { sketchOfApp } from '../../lib/stack/joulebook-app.ts';

interface Statement {
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Principal?: { readonly Service?: string };
  readonly Effect: string;
  readonly Condition?: object;
}

const CHOSEN = {
  notify: {
    email: ['carbon@example.com', 'ops@example.com'],
    https: [{ id: 'pagerduty', secret: 'joulebook/pagerduty#url' }],
    slack: { workspace_id: 'T0123ABCD', channel_id: 'C0123ABCD' },
  },
  mail: { from: 'books@example.com' },
};

function resourcesOf(chosen: object) {
  const template = Template.fromStack(sketchOfApp({ joulebook: chosen }).stack);
  const all = (type: string) => Object.entries(template.findResources(type));
  return { all, one: (type: string, name: RegExp) => all(type).find(([id]) => name.test(id)) };
}

const { all, one } = resourcesOf(CHOSEN);
const plain = resourcesOf({});
const properties = (found: [string, { [key: string]: unknown }] | undefined) =>
  found?.[1]['Properties'] as Record<string, unknown>;
const refOf = (name: RegExp) => ({ Ref: one('AWS::SNS::Topic', name)?.[0] });
const MACHINES = refOf(/Machines/);
const PEOPLE = refOf(/People/);

describe('an alarm of CloudWatch', () => {
  const alarms = [...all('AWS::CloudWatch::Alarm')].map((found) => properties(found));

  test('stands for each entry of the catalogue, with its article in the text', () => {
    const names = alarms.map(({ AlarmName }) => AlarmName);
    expect(names.sort()).toEqual(ALARMS.map(({ id }) => `Joulebook-${id}`).sort());
    for (const { AlarmName, AlarmDescription } of alarms) {
      const id = String(AlarmName).replace('Joulebook-', '');
      expect(AlarmDescription).toContain(`Runbook: docs/runbook.md#${id}`);
      expect(String(AlarmDescription).length).toBeLessThanOrEqual(1024);
    }
  });

  test('with a band is CloudWatch’s own band, and with a limit compares two metrics that the stage publishes', () => {
    const alarmOf = (id: string) => JSON.stringify(alarms.find(({ AlarmName }) => AlarmName === `Joulebook-${id}`));
    expect(alarmOf('energy-per-request')).toContain('ANOMALY_DETECTION_BAND(m0, 4)');
    expect(alarmOf('energy-per-request')).toContain('"ComparisonOperator":"GreaterThanUpperThreshold"');
    expect(alarmOf('idle-share')).toContain('"Expression":"value - limit"');
    expect(alarmOf('idle-share')).toContain('"MetricName":"idle_ratio_limit"');
    expect(alarmOf('coverage-fall')).toContain('"Expression":"limit - value"');
    for (const { judged, signal, id } of ALARMS)
      if (judged.by === 'stage') expect(alarmOf(id)).toContain(`"MetricName":"${signal}"`);
  });

  test('sees runs of both machines that fail or run out of time, and starts that came to nothing', () => {
    const failed = alarms.find(({ AlarmName }) => AlarmName === 'Joulebook-execution-failed');
    const metrics = failed?.['Metrics'] as { Expression?: string; MetricStat?: { Metric: Record<string, unknown> } }[];
    const [missed] = one('AWS::SQS::Queue', /Missed/) ?? [];
    const machine = (name: RegExp) => one('AWS::StepFunctions::StateMachine', name)?.[0];
    expect(metrics.flatMap(({ MetricStat }) => MetricStat?.Metric ?? [])).toEqual([
      ...[machine(/MonthlyClose/), machine(/Landing/)].flatMap((Ref) =>
        ['ExecutionsFailed', 'ExecutionsTimedOut'].map((MetricName) => ({
          Namespace: 'AWS/States',
          MetricName,
          Dimensions: [{ Name: 'StateMachineArn', Value: { Ref } }],
        })),
      ),
      {
        Namespace: 'AWS/SQS',
        MetricName: 'NumberOfMessagesSent',
        Dimensions: [{ Name: 'QueueName', Value: { 'Fn::GetAtt': [missed, 'QueueName'] } }],
      },
    ]);
    expect(metrics.find(({ Expression }) => Expression)?.Expression).toBe(
      'FILL(m0, 0) + FILL(m1, 0) + FILL(m2, 0) + FILL(m3, 0) + FILL(m4, 0)',
    );
  });

  test('sees the stage that judges the others fail, where none of its calls in the hour went well', () => {
    const failed = alarms.find(({ AlarmName }) => AlarmName === 'Joulebook-alarms-not-judged');
    const metrics = failed?.['Metrics'] as { Expression?: string; MetricStat?: { Metric: Record<string, unknown> } }[];
    const [judge] = one('AWS::Lambda::Function', /RaiseAlarmsFunction/) ?? [];
    const Dimensions = [{ Name: 'FunctionName', Value: { Ref: judge } }];
    expect(metrics.flatMap(({ MetricStat }) => MetricStat?.Metric ?? [])).toEqual([
      { Namespace: 'AWS/Lambda', MetricName: 'Invocations', Dimensions },
      { Namespace: 'AWS/Lambda', MetricName: 'Errors', Dimensions },
    ]);
    expect(metrics.find(({ Expression }) => Expression)?.Expression).toBe('IF(calls > errors, 0, errors)');
  });

  test('goes to the machines, and what no stage can tell goes to the people', () => {
    const actions = Object.fromEntries(alarms.map(({ AlarmName, AlarmActions }) => [AlarmName, AlarmActions]));
    for (const { id, judged } of ALARMS)
      expect(actions[`Joulebook-${id}`]).toEqual(judged.by === 'stage' ? [MACHINES] : [MACHINES, PEOPLE]);
  });

  test('says that the month is at risk when one of those is raised that risk it', () => {
    const [composite, ...more] = all('AWS::CloudWatch::CompositeAlarm');
    expect(more).toEqual([]);
    expect(properties(composite)['AlarmName']).toBe(`Joulebook-${MONTH_AT_RISK.id}`);
    const rule = JSON.stringify(properties(composite)['AlarmRule']);
    expect(rule.match(/ALARM\(/g)).toHaveLength(ALARMS.filter(({ risksTheMonth }) => risksTheMonth).length);
    expect(rule).toMatch(/\) OR ALARM/);
  });
});

test('no rule of AWS Solutions objects to any of it', () => {
  expect(() => sketchOfApp({ joulebook: CHOSEN }).synth()).not.toThrow();
});

describe('a topic', () => {
  test('is encrypted with a key that alarms of this account may use, and no other', () => {
    expect(all('AWS::SNS::Topic').map((found) => Object.keys(properties(found)))).toEqual([
      ['KmsMasterKeyId'],
      ['KmsMasterKeyId'],
    ]);
    const key = properties(one('AWS::KMS::Key', /Notifications/));
    expect(key['EnableKeyRotation']).toBe(true);
    const statements = (key['KeyPolicy'] as { Statement: Statement[] }).Statement;
    const ofAlarms = statements.filter(({ Principal }) => Principal?.Service === 'cloudwatch.amazonaws.com');
    expect(ofAlarms.map(({ Action }) => Action)).toEqual([['kms:Decrypt', 'kms:GenerateDataKey']]);
    expect(ofAlarms[0]?.Condition).toHaveProperty('ArnLike');
    expect(ofAlarms[0]?.Condition).toHaveProperty('StringEquals');
  });

  test('takes alarms, and nothing over plain HTTP', () => {
    const policies = all('AWS::SNS::TopicPolicy').map(
      (found) => (properties(found)['PolicyDocument'] as { Statement: Statement[] }).Statement,
    );
    expect(policies).toHaveLength(2);
    for (const statements of policies) {
      expect(statements.map(({ Effect, Action }) => [Effect, Action])).toEqual([
        ['Deny', 'sns:Publish'],
        ['Allow', 'sns:Publish'],
      ]);
      expect(statements[0]?.Condition).toEqual({ Bool: { 'aws:SecureTransport': 'false' } });
      expect(statements[1]?.Principal).toEqual({ Service: 'cloudwatch.amazonaws.com' });
    }
  });

  test('reaches whom the operator named: people by mail, machines at a URL that stands in a secret', () => {
    const subscriptions = all('AWS::SNS::Subscription').map((found) => properties(found));
    expect(subscriptions).toEqual([
      { Endpoint: 'carbon@example.com', Protocol: 'email', TopicArn: PEOPLE },
      { Endpoint: 'ops@example.com', Protocol: 'email', TopicArn: PEOPLE },
      {
        Endpoint: '{{resolve:secretsmanager:joulebook/pagerduty:SecretString:url::}}',
        Protocol: 'https',
        TopicArn: MACHINES,
      },
    ]);
    const slack = properties(all('AWS::Chatbot::SlackChannelConfiguration')[0]);
    expect(slack).toMatchObject({
      SlackWorkspaceId: 'T0123ABCD',
      SlackChannelId: 'C0123ABCD',
      SnsTopicArns: [MACHINES],
    });
    expect(JSON.stringify(slack['GuardrailPolicies'])).not.toContain('Administrator');
  });

  test('has nobody where nobody is named', () => {
    expect(plain.all('AWS::SNS::Subscription')).toEqual([]);
    expect(plain.all('AWS::Chatbot::SlackChannelConfiguration')).toEqual([]);
    expect(plain.all('AWS::CloudWatch::Alarm')).toHaveLength(ALARMS.length);
  });

  test.each([
    [{ https: [{ id: 'pagerduty', secret: 'https://events.pagerduty.com/x' }] }, 'expected the name of one secret'],
    [{ email: ['nobody'] }, 'expected an e-mail address'],
  ])('refuses %j', (notify, expected) => {
    expect(() => sketchOfApp({ joulebook: { notify } })).toThrow(expected);
  });
});

describe('what may be done', () => {
  const statementsOf = (found: ReturnType<typeof resourcesOf>, function_: RegExp) =>
    found
      .all('AWS::IAM::Policy')
      .filter(([id]) => function_.test(id))
      .flatMap((policy) => (properties(policy)['PolicyDocument'] as { Statement: Statement[] }).Statement)
      .flatMap((statement) => [statement.Action].flat().map((action) => ({ ...statement, action })));

  test('words go out through the topic for people alone', () => {
    const publishing = statementsOf({ all, one }, /./).filter(({ action }) => action === 'sns:Publish');
    expect(publishing.map(({ Resource }) => Resource)).toEqual([PEOPLE]);
  });

  test('letters go out from the chosen address, by its identity or that of its domain; without one none do', () => {
    const [mailing, ...more] = statementsOf({ all, one }, /./).filter(({ action }) => action.startsWith('ses:'));
    expect(more).toEqual([]);
    expect(JSON.stringify(mailing?.Resource)).toMatch(/identity\/books@example\.com.*identity\/example\.com/);
    expect(mailing?.Condition).toEqual({ StringEquals: { 'ses:FromAddress': 'books@example.com' } });
    expect(statementsOf(plain, /./).filter(({ action }) => action.startsWith('ses:'))).toEqual([]);
  });
});
