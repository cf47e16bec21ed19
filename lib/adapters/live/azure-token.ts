import { SourceUnavailable } from '../../landing/origin.ts';
import { tracedCall } from '../traces.ts';
import { openAwsIdentity } from './aws-web-identity.ts';
import type { CallerEdges } from './caller-edges.ts';

const AUTHORITY = 'https://login.microsoftonline.com';
/** What Microsoft Entra recommends for a federated credential (documentation, workload identity federation). */
const EXCHANGE = 'api://AzureADTokenExchange';

type AzureEdges = Pick<CallerEdges, 'sourceId' | 'options' | 'rewrite'>;

/**
 * A fresh access token of Microsoft Entra for a scope. With the options `tenant` and `client`, AWS STS vouches for this
 * process and Entra trusts it (a federated credential of the client): no key is kept anywhere. Without them, whatever
 * identity this machine has towards Azure, for instance `az login`. Throws `SourceUnavailable`.
 */
export async function azureToken(scope: string, edges: AzureEdges): Promise<string> {
  const credential = await credentialOf(edges);
  const { token } = await tracedCall({ host: new URL(AUTHORITY).host, method: 'POST' }, () =>
    credential.getToken(scope),
  ).catch((error: unknown) => {
    throw unavailable(edges, `a token of Microsoft Entra, got ${reasonOf(error)}`);
  });
  return token;
}

async function credentialOf(edges: AzureEdges) {
  const { tenant, client } = edges.options;
  const { ClientAssertionCredential, DefaultAzureCredential } = await import('@azure/identity');
  if (!tenant && !client) return new DefaultAzureCredential();
  if (!tenant || !client) throw unavailable(edges, 'the options tenant and client together, got one');
  const authorityHost = edges.rewrite(AUTHORITY);
  // Asked for beforehand: the credential would hide why AWS does not vouch.
  const assertion = await (await openAwsIdentity(edges)).webIdentityToken(EXCHANGE);
  return new ClientAssertionCredential(tenant, client, () => Promise.resolve(assertion), {
    authorityHost,
    disableInstanceDiscovery: authorityHost !== AUTHORITY,
  });
}

function unavailable({ sourceId }: AzureEdges, expected: string): SourceUnavailable {
  return new SourceUnavailable(`Cannot ask ${sourceId}: expected ${expected}`);
}

/** `AADSTS70021`: the code that Entra's documentation explains; its message repeats what was sent. */
function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : '';
  const code = /AADSTS\d+/.exec(text)?.[0];
  return code ? `its refusal ${code}` : 'none';
}
