import { inLambda } from '../../lib/adapters/lambda-workplace.ts';
import { STAGES } from '../../lib/pipeline/stages.ts';

export type { Setting } from '../../lib/adapters/lambda-workplace.ts';

/** Asks one source for the month. */
export const handler = inLambda(STAGES.collect);
