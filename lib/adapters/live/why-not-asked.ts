import { SourceUnavailable } from '../../landing/origin.ts';
import type { SourceSetting } from '../../settings/settings.ts';
import type { CallerEdges } from './caller-edges.ts';
import { whyUnanswered } from './fetch-error.ts';
import { edgesOf, type LivePlace, providerOf } from './open-live-origin.ts';

/** A host that does not answer at once is out of reach. */
const PROBE_MS = 5000;

/**
 * Why a live source cannot be asked: its secret is not there, or a host cannot be reached. Undefined where it can. The
 * hosts are asked for their front page, without a credential: no such call has a price.
 */
export async function whyNotAsked({ id, live }: SourceSetting, place: LivePlace): Promise<string | undefined> {
  if (!live) return undefined;
  const edges = edgesOf(id, live, place);
  const { egress } = providerOf(live.provider);
  const lacksSecret = edges.secret ? await whyNoSecret(edges.secret) : undefined;
  if (lacksSecret) return lacksSecret;
  const reasons = await Promise.all(egress.filter(isHost).map((host) => whyOutOfReach(host, edges)));
  return reasons.find((reason) => reason !== undefined);
}

async function whyNoSecret({ read }: { read(): Promise<string> }): Promise<string | undefined> {
  try {
    await read();
    return undefined;
  } catch (error) {
    if (error instanceof SourceUnavailable) return error.message;
    throw error;
  }
}

/** Some hosts are named by a pattern, with a region in it: those cannot be tried. */
function isHost(host: string): boolean {
  return /^[a-z0-9.-]+$/.test(host);
}

async function whyOutOfReach(host: string, { rewrite }: CallerEdges): Promise<string | undefined> {
  try {
    const signal = AbortSignal.timeout(PROBE_MS);
    const { body } = await fetch(rewrite(`https://${host}/`), { method: 'HEAD', redirect: 'manual', signal });
    await body?.cancel();
    return undefined;
  } catch (error) {
    return `Cannot reach ${host}: expected any answer, got ${whyUnanswered(error, PROBE_MS)}`;
  }
}
