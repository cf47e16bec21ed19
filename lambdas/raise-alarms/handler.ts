import { alarmOutlets } from '../../lib/adapters/lambda-outlets.ts';
import { inLambda } from '../../lib/adapters/lambda-workplace.ts';
import { STAGES } from '../../lib/pipeline/stages.ts';

export type { AlarmSetting as Setting } from '../../lib/adapters/lambda-outlets.ts';

/** Judges the month's alarms, publishes its hours as metrics, and tells in words what was not raised before. */
export const handler = inLambda(STAGES.raiseAlarms, { outlets: alarmOutlets() });
