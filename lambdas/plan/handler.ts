import { inLambda } from '../../lib/adapters/lambda-workplace.ts';
import { STAGES } from '../../lib/pipeline/stages.ts';

export type { Setting } from '../../lib/adapters/lambda-workplace.ts';

/** Lists the parts of a stage's work. */
export const handler = inLambda(STAGES.plan);
