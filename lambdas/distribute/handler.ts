import { inLambda } from '../../lib/adapters/lambda-workplace.ts';
import { openSesPost } from '../../lib/adapters/ses-post.ts';
import { STAGES } from '../../lib/pipeline/stages.ts';

export type { Setting } from '../../lib/adapters/lambda-workplace.ts';

/** Sends the disclosure to everybody on the list who has not had this version. */
export const handler = inLambda(STAGES.distribute, { outlets: { post: openSesPost() } });
