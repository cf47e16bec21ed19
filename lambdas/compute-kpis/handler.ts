import { inLambda } from '../../lib/adapters/lambda-workplace.ts';
import { STAGES } from '../../lib/pipeline/stages.ts';

export type { Setting } from '../../lib/adapters/lambda-workplace.ts';

/** Computes the month's figures. */
export const handler = inLambda(STAGES.computeKpis);
