import type { Outlets } from '../pipeline/outlets.ts';
import type { Setting } from './lambda-workplace.ts';
import { publishInLog } from './metrics-in-log.ts';
import { openTopic } from './sns-topic.ts';

/** WORDS_TOPIC is the ARN of the topic for people, or empty where nobody is to be told. */
export type AlarmSetting = Setting | 'WORDS_TOPIC';

/** Metrics through the function's log; words through the topic that the environment names. */
export function alarmOutlets(): Outlets {
  // biome-ignore lint/style/noProcessEnv: a Lambda is told by its environment whom to tell
  const { WORDS_TOPIC, AWS_ENDPOINT_URL_SNS, AWS_ENDPOINT_URL } = process.env;
  if (!WORDS_TOPIC) return { publish: publishInLog };
  const endpoint = AWS_ENDPOINT_URL_SNS ?? AWS_ENDPOINT_URL;
  return { publish: publishInLog, tell: openTopic(WORDS_TOPIC, { ...(endpoint && { endpoint }) }) };
}
