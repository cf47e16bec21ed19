import { inLambda } from '../../lib/adapters/lambda-workplace.ts';
import { lazyRenderers } from '../../lib/adapters/renderers.ts';
import { STAGES } from '../../lib/pipeline/stages.ts';

export type { Setting } from '../../lib/adapters/lambda-workplace.ts';

/** Prints the month; the only function that carries the renderers. */
export const handler = inLambda(STAGES.writeDisclosure, { renderers: lazyRenderers() });
