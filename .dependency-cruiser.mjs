/** The flow runs one way. Each rule below is one sentence of ARCHITECTURE.md, «Invariants». */
const FLOW = ['units', 'sources', 'landing', 'facts', 'ledger', 'kpis', 'disclosure', 'alarms'];
const CORE = `^lib/(${FLOW.join('|')})/`;

/** A stage may import itself and what lies upstream. `alarms` stands beside `disclosure`, not behind it. */
const upstream = FLOW.map((stage, index) => ({
  name: `the-flow-runs-down-to-${stage}`,
  comment: 'Imports run down the flow only: units, sources, landing, facts, ledger, KPIs, then disclosure and alarms.',
  severity: 'error',
  from: { path: `^lib/${stage}/` },
  to: { path: `^lib/(${[...FLOW.slice(index + 1), ...(stage === 'alarms' ? ['disclosure'] : [])].join('|') || 'nothing'})/` },
}));

export default {
  forbidden: [
    { name: 'no-circle', severity: 'error', from: {}, to: { circular: true } },
    ...upstream,
    {
      name: 'the-core-knows-no-outside',
      comment: 'Stages are plain TypeScript and SQL: no package, adapter, stack, pipeline, settings file or node module.',
      severity: 'error',
      from: { path: CORE },
      to: { path: ['node_modules', '^lib/(adapters|stack|pipeline|settings)/', '^(agent|bin|lambdas)/'] },
    },
    {
      name: 'the-core-knows-no-node',
      severity: 'error',
      from: { path: CORE },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'only-adapters-speak-to-the-outside',
      severity: 'error',
      from: { pathNot: '^(lib/adapters|agent/sinks|test|tools|example)/' },
      to: { path: 'node_modules/(@aws-sdk|@aws-crypto|@smithy|@google-cloud|google-auth-library|@azure|@tgwf|@duckdb|@myriaddreamin|vega|pdf-lib|fontkit)' },
    },
    {
      name: 'only-adapters-touch-the-disk',
      severity: 'error',
      from: { pathNot: '^(lib/adapters|test|tools|example)/|^agent/(readers|sinks|spool|main|packaging)' },
      to: { path: '^(node:)?fs(/promises)?$' },
    },
    {
      name: 'the-agent-shares-only-units-and-landing',
      severity: 'error',
      comment: 'Tables of figures are data, not code: the agent models a machine without counters by the table that the ledger uses.',
      from: { path: '^agent/' },
      to: { path: '^(bin|lambdas)/|^lib/(?!units/|landing/|ledger/tables/[^/]+[.]csv$)' },
    },
    {
      name: 'only-their-own-files-load-the-clients-of-the-agent',
      comment: 'Each costs megabytes on a host that loads it, and most hosts do not need it.',
      severity: 'error',
      from: { path: '^agent/', pathNot: '^agent/(live/otlp|readers/nvml/library|sinks/)' },
      to: { path: 'node_modules/(@opentelemetry|koffi|@aws-sdk)/' },
    },
    {
      name: 'only-functions-load-powertools',
      comment: 'A laptop logs, counts and traces nothing of the kind: its start must not pay for it.',
      severity: 'error',
      from: { path: '^(agent|bin/(?!app))' },
      to: { path: 'node_modules/(@aws-lambda-powertools|aws-xray-sdk-core)', reachable: true },
    },
    {
      name: 'one-lambda-knows-no-other',
      severity: 'error',
      from: { path: '^lambdas/([^/]+)/' },
      to: { path: '^lambdas/', pathNot: '^lambdas/$1/' },
    },
    {
      name: 'the-stack-deploys-code-and-never-imports-it',
      severity: 'error',
      from: { path: '^(bin/app|lib/stack/)' },
      to: { path: '^(agent|lambdas)/|^lib/(adapters|pipeline)/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'nothing-after-landing-talks-to-a-provider',
      severity: 'error',
      from: { path: '^lib/(facts|ledger|kpis|disclosure|alarms)/' },
      to: { path: '^lib/adapters/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    combinedDependencies: false,
  },
};
