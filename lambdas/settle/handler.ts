import { inLambda } from '../../lib/adapters/lambda-workplace.ts';
import { STAGES } from '../../lib/pipeline/stages.ts';

export type { Setting } from '../../lib/adapters/lambda-workplace.ts';

/** Settles one shard of the ledger. */
export const handler = inLambda(STAGES.settle);
