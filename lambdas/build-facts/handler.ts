import { inLambda } from '../../lib/adapters/lambda-workplace.ts';
import { STAGES } from '../../lib/pipeline/stages.ts';

export type { Setting } from '../../lib/adapters/lambda-workplace.ts';

/** Turns one shard's landed bytes into facts. */
export const handler = inLambda(STAGES.buildFacts);
