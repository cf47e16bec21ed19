import { beginInLambda } from '../../lib/adapters/begin-in-lambda.ts';

export type { BeginSetting as Setting, Machine } from '../../lib/adapters/begin-in-lambda.ts';

/** Starts the work that is due by the clock. */
export const handler = beginInLambda();
