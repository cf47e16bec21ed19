import type { ContractColumn, Shape, Source } from '../source.ts';
import activity from './activity.sql' with { type: 'text' };
import charges from './charges.sql' with { type: 'text' };
import groups from './groups.sql' with { type: 'text' };
import openAnthropic from './open-anthropic.sql' with { type: 'text' };
import openOpenai from './open-openai.sql' with { type: 'text' };

/** A token or request count; absent where the service does not count it. */
function count(name: string): ContractColumn {
  return { name, type: 'BIGINT', check: { sql: 'value >= 0', expected: 'a whole number, at least 0' } };
}

const columns = [
  {
    name: 'starts_at',
    type: 'TIMESTAMP',
    required: true,
    check: { sql: 'value IS NOT NULL', expected: 'the instant at which a bucket begins' },
  },
  {
    name: 'bucket_seconds',
    type: 'BIGINT',
    required: true,
    check: {
      sql: 'coalesce(value IN (60, 3600), false)',
      expected: 'buckets of an hour or a minute (bucket_width=1h): a longer one does not say when the model was used',
    },
  },
  { name: 'service', type: 'VARCHAR', required: true },
  { name: 'project_id', type: 'VARCHAR', required: true },
  { name: 'model_id', type: 'VARCHAR', required: true },
  count('requests'),
  count('input_tokens'),
  count('cached_tokens'),
  count('output_tokens'),
] as const satisfies readonly ContractColumn[];

const answered = {
  format: 'lines',
  columns,
  event_time: 'starts_at',
  facts: { fct_cost: charges, fct_activity: activity },
} as const satisfies Partial<Shape>;

/** True for a file in which a word of the service's answers occurs: an answer may be one line or many. */
const says = (word: string) => `(SELECT bool_or(contains(line, '"${word}"')) FROM raw)`;

/** Both services answer in buckets of groups. */
const opened = (open: string) => `WITH used AS (${groups}) ${open}`;

/** Tokens of models that a provider runs, as its usage API counts them: for those that no cloud bill shows. */
export const managedUsage = {
  kind: 'managed-usage',
  card: {
    title: 'Usage of managed models (OpenAI, Anthropic)',
    unit: 'Tokens and requests an hour; input tokens include those read from a cache (cached_tokens), and written to it',
    lag: 'Minutes, as the services say; neither says when an hour is final',
    licence: "The account holder's own usage records",
    method:
      'Counted by the service, by project (OpenAI) or workspace (Anthropic) and model; images, speech, transcriptions and moderations are not asked for. Anthropic does not count requests: they stay unknown. ' +
      'Energy is modelled from the tokens (docs/methods/managed-model-tokens.md), except on days of which a FOCUS bill tells, which may ' +
      'name the same tokens: leave a service out that such a bill shows, since its tokens would be counted twice',
    reference:
      'OpenAI API reference, Usage (organization/usage/completions, embeddings); Claude API reference, Admin API, usage_report/messages',
  },
  accepts: /\.json(\.gz)?$/,
  fills_in_for: ['focus'],
  shapes: [
    { id: 'openai', holds: says('start_time'), open: opened(openOpenai), ...answered },
    { id: 'anthropic', holds: says('starting_at'), open: opened(openAnthropic), ...answered },
  ],
} as const satisfies Source;
