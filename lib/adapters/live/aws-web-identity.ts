import { messageOf } from '../../landing/message.ts';
import { SourceUnavailable } from '../../landing/origin.ts';
import { codeOf } from '../system-error.ts';
import { tracedClient } from '../traces.ts';
import type { CallerEdges } from './caller-edges.ts';

/** Seconds that a token lasts: it is exchanged at once. */
const LASTS_SECONDS = 300;
/** What the STS API reference, GetWebIdentityToken, says of an account that has not been told to vouch for its roles. */
const FEDERATION_IS_OFF = 'OutboundWebIdentityFederationDisabled';

/** The AWS identity that this process runs under, as other clouds ask for it. */
export interface AwsIdentity {
  region(): Promise<string>;
  credentials(): Promise<AwsCredentials>;
  /** A signed token (JWT, RS256) in which AWS says to `audience` who asks. The account must allow outbound federation. */
  webIdentityToken(audience: string): Promise<string>;
}

interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** Opens the identity of the process; speaks to AWS when it is first asked. All throw `SourceUnavailable`. */
export async function openAwsIdentity({
  sourceId,
  rewrite,
}: Pick<CallerEdges, 'sourceId' | 'rewrite'>): Promise<AwsIdentity> {
  const { GetWebIdentityTokenCommand, STSClient } = await import('@aws-sdk/client-sts');
  const told = <Value>(what: string, asked: Promise<Value>): Promise<Value> =>
    asked.catch((error: unknown) => {
      throw new SourceUnavailable(`Cannot ask ${sourceId}: expected ${what}, got ${reasonOf(error)}`);
    });
  const region = () => told('an AWS region (AWS_REGION)', Promise.resolve(new STSClient({}).config.region()));
  return {
    region,
    credentials: () => told('AWS credentials', new STSClient({}).config.credentials()),
    webIdentityToken: async (audience) => {
      const at = await region();
      // GetWebIdentityToken is not available on the global endpoint (AWS STS API reference).
      const usual = `https://sts.${at}.amazonaws.com`;
      const endpoint = rewrite(usual);
      // The client knows what its region's host is called in China.
      const client = tracedClient(new STSClient({ region: at, ...(endpoint !== usual && { endpoint }) }));
      const input = { Audience: [audience], SigningAlgorithm: 'RS256', DurationSeconds: LASTS_SECONDS };
      const { WebIdentityToken } = await told(
        'a web identity token of AWS STS',
        client.send(new GetWebIdentityTokenCommand(input)).finally(() => client.destroy()),
      );
      if (WebIdentityToken) return WebIdentityToken;
      throw new SourceUnavailable(`Cannot ask ${sourceId}: expected a web identity token of AWS STS, got none`);
    },
  };
}

/** The name of an AWS error; its message may name more than a log should hold. */
function reasonOf(error: unknown): string {
  const name = error instanceof Error && error.name !== 'Error' ? error.name : codeOf(error);
  if (name.startsWith(FEDERATION_IS_OFF)) return `${name}: enable it once with iam:EnableOutboundWebIdentityFederation`;
  return name === messageOf(error) ? 'an error without a name' : name;
}
