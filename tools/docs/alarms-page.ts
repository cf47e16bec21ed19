import { ALARMS, type Alarm, MONTH_AT_RISK } from '../../lib/alarms/catalogue.ts';
import { HOUR_METRICS, HOURS_NAMESPACE, SIGNALS_NAMESPACE } from '../../lib/alarms/metrics.ts';
import { code, page, plain, table } from './markdown.ts';

const READING = `The stage \`raise-alarms\` judges each alarm from the ledger, the figures and the receipts of the book, in AWS as on a
laptop, and writes what it found to \`alarms/month=<month>/alarms.json\` of the book. An unknown point never raises an alarm and never
makes one fine; where too few points are known the alarm is \`unknown\`, and its text says so. Each text says what happened,
since when, what it costs a day beyond the limit, and which [runbook](runbook.md#alarms) article helps. Limits are moved by
\`alarms.limits\` of the [settings](settings.md). In AWS the stage runs with every close and, unless \`schedules.watch\` of the
[deployment](deploy.md#watching) says otherwise, every hour.`;

const BAND = `A band has no limit: the stage takes the median of the known hours before the judged ones, of the last 13 days, and adds so many
times their median absolute deviation (made a standard deviation; at least a twentieth of the median). It needs 24 known
hours. CloudWatch's band is CloudWatch's own, and may differ.`;

const METRICS = `In AWS three sets of metrics go through the function's log (embedded metric format). \`${HOURS_NAMESPACE}\` holds each hour under the
time that it is of; \`book\` is the book's address, and beside it stands nothing, \`project\` or \`model_id\`. The names with
the most energy keep a series of their own, as many as \`alarms.most_series\` says; the rest is \`(other)\`, what nobody named is
\`(unknown)\`. Take the average or the maximum: CloudWatch may deliver a value twice, and an hour
of which more is known later (its bill and its grid factor come a day after its telemetry) is published again with what is known then, for 13 days: amounts grow (where a bill
is not restated to less), so that their maximum is the last; of a ratio the average holds what it was before as well. \`effective_cost\` and
\`cost_per_1k_requests\` are in the currency of the settings. An unknown figure is not published.`;

const SIGNALS = `\`${SIGNALS_NAMESPACE}\` holds the signals of the alarms above under the time of the run, each with its limit
(\`<signal>_limit\`): the value that keeps the rule best among the judged points, of the worst subject. So one value beyond
the limit is the alarm. Where there is nobody to judge (no run ended, no host is watched) it is 0.
Runs of a month that has ended publish none.

\`Joulebook/Functions\` holds, for each call of a function under Lambda's own dimension \`FunctionName\`, the counts that it answered (\`landed\`,
\`rejected\`, \`files\`, \`rows\`, \`figures\` …) and \`peak_memory_mb\`, by which its memory is sized. Duration, errors and
throttles are among Lambda's own metrics. \`ColdStart\` counts first calls, with \`service\` beside \`FunctionName\`.

## Traces

Each run of the machine is one trace of X-Ray, whose id the log lines name. A call of a function has a segment \`## <function>\`, found by the
annotations \`stage\`, \`month\`, \`source\`, \`shard\` and \`ColdStart\`: \`annotation.stage = "collect" AND annotation.source = "grid"\`.
Within it stands each call of an AWS client (service, operation, bucket and key in S3) and each call to a provider: host, method and status, no
path, query, header or body. An error is told without queries and passwords of addresses. Nothing fails because X-Ray does not answer;
\`POWERTOOLS_TRACE_ENABLED=false\` in a function's environment switches its segments off. X-Ray keeps 100 to 500 kB of a trace
(AWS re:Post, "trace quota error"), so of a month with many shards it may drop the later segments; the log holds them all.`;

/** `docs/alarms.md`: every alarm, and every metric that is published. */
export function alarmsPage(): string {
  const rows = [...ALARMS.map(rowOf), riskRow()];
  return page('Alarms and metrics', '`lib/alarms/catalogue.ts` and `lib/alarms/metrics.ts`', [
    READING,
    table(['alarm', 'meaning', 'signal', 'rule', 'points in a row', 'severity', 'risks the month', 'judged by'], rows),
    BAND,
    `## Metrics\n\n${METRICS}`,
    table(
      ['metric', 'meaning'],
      HOUR_METRICS.map(({ name, meaning }) => [code(name), meaning]),
    ),
    SIGNALS,
  ]);
}

function rowOf(alarm: Alarm): string[] {
  const { id, meaning, signal, points, severity, risksTheMonth, judged } = alarm;
  return [
    articleLink(id),
    plain(meaning),
    code(signal),
    ruleText(alarm),
    String(points),
    severity,
    risksTheMonth ? 'yes' : 'no',
    judged.by === 'stage' ? 'the stage and CloudWatch' : `CloudWatch (${judged.from})`,
  ];
}

function riskRow(): string[] {
  const { id, meaning, severity } = MONTH_AT_RISK;
  return [
    articleLink(id),
    meaning,
    'none',
    'any alarm that risks the month',
    '1',
    severity,
    'it is',
    'the stage and CloudWatch',
  ];
}

function articleLink(id: string): string {
  return `[${code(id)}](runbook.md#${id})`;
}

function ruleText({ rule, unit }: Alarm): string {
  if (rule.kind === 'band') return `${rule.deviations} deviations above what is usual`;
  return `${rule.kind} ${rule.limit}${unit === 'ratio' ? '' : ` ${unit}`}`;
}
