import { AwsClient } from 'google-auth-library';

import { openAwsIdentity } from './aws-web-identity.ts';
import type { CallerEdges } from './caller-edges.ts';

const SCOPE = 'https://www.googleapis.com/auth/bigquery';
const TOKEN_URL = 'https://sts.googleapis.com/v1/token';
const IMPERSONATION = 'https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts';

/**
 * Workload identity federation from AWS: Google trusts a signed GetCallerIdentity request of the role that this process runs
 * under, so no key is kept. Undefined where the options name no `audience`: then the credentials of the machine are used.
 * Google Cloud documentation, IAM, workload identity federation with AWS.
 */
export async function googleIdentity(edges: CallerEdges): Promise<AwsClient | undefined> {
  const { audience, service_account: account } = edges.options;
  if (!audience) return undefined;
  const aws = await openAwsIdentity(edges);
  const client = new AwsClient({
    type: 'external_account',
    audience,
    subject_token_type: 'urn:ietf:params:aws:token-type:aws4_request',
    token_url: edges.rewrite(TOKEN_URL),
    ...(account && {
      service_account_impersonation_url: edges.rewrite(`${IMPERSONATION}/${account}:generateAccessToken`),
    }),
    aws_security_credentials_supplier: {
      getAwsRegion: () => aws.region(),
      getAwsSecurityCredentials: async () => {
        const { accessKeyId, secretAccessKey, sessionToken } = await aws.credentials();
        return { accessKeyId, secretAccessKey, ...(sessionToken && { token: sessionToken }) };
      },
    },
  });
  client.scopes = SCOPE;
  return client;
}
